/** Where a fault ends, and what is not lost by it. */
import { T, type Tokens } from "./tokens.ts";

/** A rule that is being read, for the case that it is lost. */
export interface Head {
  readonly start: number;
  name: string | undefined;
  bodyIsOpen: boolean;
  /** True where the condition is complete: the closing brace alone is missing. */
  lacksBrace: boolean;
}

/**
 * Skips the rest of a rule that is lost and what cannot be told from it; returns the offset behind its last token. The rule ends with
 * its brace or, where that is missing, before a line that begins another rule, an import or an include. A word like `condition` is in
 * the rule's own braces whatever was opened before, since a hex string that is not closed is the likelier fault.
 */
export function skipRule(tokens: Tokens, head: Head): number {
  let depth = head.bodyIsOpen ? 1 : 0;
  let isClosed = false;
  // Where the brace alone is missing, the next rule may follow on the same line.
  let mayBegin = head.lacksBrace;
  for (; tokens.kind !== T.end; tokens.next()) {
    if (isClosed && tokens.kind === T.unclosedComment) break;
    if ((mayBegin || tokens.freshLine) && tokens.start > head.start && isBeginning(tokens, mayBegin)) break;
    if (tokens.kind === T.openBrace) depth++;
    else if (tokens.kind === T.closeBrace) isClosed ||= --depth <= 0;
    else if (tokens.kind === T.hex) isClosed ||= depth === 0;
    else if (tokens.kind === T.condition && !isClosed) depth = 1;
    mayBegin = isClosed;
  }
  return Math.max(tokens.before, head.start + 1);
}

/** Skips what is neither rule, import nor include, one token at least; returns the offset behind the last one. */
export function skipJunk(tokens: Tokens, start: number): number {
  if (tokens.start === start) tokens.next();
  while (tokens.kind !== T.end && tokens.kind !== T.unclosedComment && !isBeginning(tokens, true))
    tokens.next();
  return tokens.before;
}

/**
 * Tells if the current token begins a rule, an import or an include. `isExpected`: nothing else is open there. Otherwise words alone do
 * not count, for they may stand in a text whose quotes are at fault: a rule must have its brace or colon.
 */
export function isBeginning(tokens: Tokens, isExpected: boolean): boolean {
  const { kind, freshLine } = tokens;
  if (kind === T.include) return true;
  if (kind !== T.rule && kind !== T.private && kind !== T.global && kind !== T.import) return false;
  const goBack = tokens.mark();
  let answer = true;
  if (kind === T.import) {
    tokens.next();
    answer = isExpected || tokens.kind === T.text;
  } else {
    for (let ahead = 0; ahead < 4 && (tokens.kind === T.private || tokens.kind === T.global); ahead++)
      tokens.next();
    // A modifier at the end of the line before is none of the rule's.
    answer = tokens.kind === T.rule && (freshLine || kind === T.rule || !tokens.freshLine);
    for (let ahead = 0; answer && !isExpected; ahead++) {
      tokens.next();
      if (tokens.kind === T.openBrace || tokens.kind === T.colon || tokens.kind === T.hex) break;
      answer = ahead < 4;
    }
  }
  goBack();
  return answer;
}
