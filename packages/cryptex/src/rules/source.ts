/** Writes resolved rules as one source, and finds the rule that a line of it belongs to. */
import type { Span } from "./ast.ts";
import type { ResolvedRule } from "./resolve.ts";

export interface Source {
  readonly text: Uint8Array;
  readonly rules: readonly ResolvedRule[];
  /** Line on which each rule begins, 1 is the first. */
  readonly lines: readonly number[];
}

/** A stretch of a rule's file, and what stands there instead; one character a byte. */
export type Edit = readonly [span: Span, text: string];

export interface SourceStyle {
  /** Lines of comment at the top. */
  readonly title?: readonly string[];
  /** Says what must be written in another way. */
  readonly edits?: ((rule: ResolvedRule) => readonly Edit[]) | undefined;
}

/** Writes rules, each after those that it uses, with the imports that they need. */
export function writeSource(rules: readonly ResolvedRule[], { title = [], edits }: SourceStyle = {}): Source {
  const modules = [...new Set(rules.flatMap((rule) => rule.modules))];
  const head = [...title.map((line) => `// ${line}\n`), ...modules.map((module) => `import "${module}"\n`)];
  const parts: Uint8Array[] = head.map((line) => Buffer.from(line));
  const lines: number[] = [];
  let line = head.length + 1;
  for (const rule of rules) {
    const text = textOf(rule, edits?.(rule));
    lines.push(line);
    parts.push(text, LINE_FEED);
    line += 1 + countLineFeeds(text);
  }
  return { text: Buffer.concat(parts), rules, lines };
}

const LINE_FEED = Buffer.from("\n");

function countLineFeeds(text: Uint8Array): number {
  let count = 0;
  for (let at = text.indexOf(0x0a); at >= 0; at = text.indexOf(0x0a, at + 1)) count++;
  return count;
}

/**
 * A rule's own bytes, with names as the engine knows them. A wildcard is written out, since a made name may fall under another
 * wildcard than the rule's own.
 */
export function textOf(rule: ResolvedRule, more: readonly Edit[] = []): Uint8Array {
  const { file, syntax, engineName, meanings, uses } = rule;
  const edits = [...more];
  if (engineName !== syntax.name) edits.push([syntax.nameSpan, engineName]);
  for (const { name, spans } of syntax.names) {
    const other = meanings.get(name)?.engineName ?? name;
    if (other !== name) for (const span of spans) edits.push([span, other]);
  }
  for (const { name, spans } of syntax.ruleWildcards) {
    const meant = uses.filter((use) => use.syntax.name.startsWith(name));
    // Nothing is meant: the engine says so.
    if (meant.length === 0) continue;
    for (const span of spans) edits.push([span, meant.map((use) => use.engineName).join(", ")]);
  }
  const parts: Uint8Array[] = [];
  let from = syntax.span.start;
  for (const [span, text] of edits.sort(([a], [b]) => a.start - b.start)) {
    parts.push(file.bytes.subarray(from, span.start), Buffer.from(text, "latin1"));
    from = span.end;
  }
  parts.push(file.bytes.subarray(from, syntax.span.end));
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

/** Takes the word `private` away from a rule; the lines stay where they are. */
export function withoutPrivate({ file, syntax }: ResolvedRule): Edit[] {
  if (!syntax.isPrivate) return [];
  const head = { start: syntax.span.start, end: syntax.nameSpan.start };
  const lines = "\n".repeat(countLineFeeds(file.bytes.subarray(head.start, head.end)));
  return [[head, `${syntax.isGlobal ? "global " : ""}rule ${lines}`]];
}

export interface Place {
  readonly rule: ResolvedRule;
  /** Line of the rule's file. */
  readonly line: number;
}

/** Finds the rule that a line of the source belongs to; undefined above the first. */
export function ruleAt(line: number, { rules, lines }: Source): Place | undefined {
  let low = 0;
  let high = rules.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (lines[middle]! <= line) low = middle + 1;
    else high = middle;
  }
  const rule = rules[low - 1];
  return rule && { rule, line: rule.syntax.line + line - lines[low - 1]! };
}
