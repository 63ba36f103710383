/**
 * Tests that stand in comments of rule files: `// @match FILE`, `// @nomatch FILE`, `// @cost N`. A comment belongs to the rule that it
 * stands in, or behind which it ends a line; else to the next rule of the file.
 */
import type { RuleFileSyntax, Span } from "../rules/ast.ts";
import { Lines } from "../rules/lines.ts";
import { T, Tokens } from "../rules/tokens.ts";

export type Annotation = {
  /** Line of the comment. */
  readonly line: number;
  /** The rule as the file names it; undefined for a stretch that is no rule, or has no name. */
  readonly rule: string | undefined;
  /** Line of the rule, or of the fault for which it is lost. */
  readonly ruleLine: number;
} & AnnotationValue;

export type AnnotationValue =
  /** A binary string as the comment has it. */
  | { readonly kind: "match" | "nomatch"; readonly path: string }
  /** Most tries in a MiB of random bytes. */
  | { readonly kind: "cost"; readonly limit: number };

/** A comment that looks like a test and is none. */
export interface AnnotationFault {
  readonly line: number;
  readonly reason: string;
}

export interface Annotations {
  readonly tests: readonly Annotation[];
  readonly faults: readonly AnnotationFault[];
}

export function annotationsOf(bytes: Uint8Array, syntax: RuleFileSyntax): Annotations {
  // A binary string, as the parser has it.
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  if (!source.includes("@")) return { tests: [], faults: [] };
  const lines = new Lines(bytes);
  const owners = new Owners(source, syntax);
  const tests: Annotation[] = [];
  const faults: AnnotationFault[] = [];
  for (const { text, start } of commentLines(source, bytes)) {
    const value = valueIn(text);
    if (value === undefined) continue;
    const line = lines.line(start);
    const owner = owners.of(start);
    if (typeof value === "string") faults.push({ line, reason: value });
    else if (!owner)
      faults.push({ line, reason: `@${value.kind} belongs to no rule: none follows in the file` });
    else tests.push({ line, rule: owner.name, ruleLine: owner.line, ...value });
  }
  return { tests, faults };
}

/** Words that begin a test, and what people write in place of them. */
const WORD = /^@(match|nomatch|cost)(?![\w-])[ \t]*(.*)$/s;
const NEARLY = /^@((?:matche[sd]|not?[-_ ]?match\w*|unmatch|costs)(?![\w-])|[ \t]*(?:match|cost)(?![\w-]))/i;
/** A file that begins where a blank should be. */
const GLUED = /^@(match|nomatch)(?=\w+\/)/;

/** Undefined for a comment that is no test; a text says why one cannot be used. */
function valueIn(comment: string): AnnotationValue | string | undefined {
  const [, kind, rest = ""] = WORD.exec(comment) ?? [];
  if (kind === undefined) {
    const [, glued] = GLUED.exec(comment) ?? [];
    if (glued !== undefined) return `@${glued}: a blank goes before the file`;
    const [, nearly] = NEARLY.exec(comment) ?? [];
    if (nearly === undefined) return undefined;
    const meant = /^no|^un/i.test(nearly) ? "nomatch" : /^\s*c/i.test(nearly) ? "cost" : "match";
    return `@${nearly} is no test; did you mean @${meant}?`;
  }
  if (/^[:=]/.test(rest)) return `@${kind}: a blank goes behind the word, and no "${rest[0]}"`;
  const value = rest.trimEnd();
  if (kind === "cost") {
    const limit = /^\d{1,15}(\.\d{1,9})?$/.test(value) ? Number(value) : Number.NaN;
    return Number.isNaN(limit)
      ? `@cost takes a number: the most tries in a MiB, as rules cost shows them`
      : { kind, limit };
  }
  if (value === "") return `@${kind} names no file`;
  if (value.includes("\0")) return `@${kind}: no system has a path with a zero byte in it`;
  return { kind: kind === "match" ? "match" : "nomatch", path: unquoted(value) };
}

/** Quotes keep blanks at the ends of a name. */
function unquoted(value: string): string {
  return /^".+"$/.test(value) ? value.slice(1, -1) : value;
}

interface CommentLine {
  /** Without what marks the comment, and without blanks before it. */
  readonly text: string;
  /** Offset of the text. */
  readonly start: number;
}

const COMMENT = /\/\/([^\n]*)|\/\*([\s\S]*?)\*\//g;

/** Finds the lines of all comments: they stand between tokens, and within hex strings. */
function* commentLines(source: string, bytes: Uint8Array): Generator<CommentLine> {
  const tokens = new Tokens(source, bytes);
  for (let end = false; !end; ) {
    end = tokens.next() === T.end;
    yield* commentsIn(source.slice(tokens.before, tokens.start), tokens.before);
    if (tokens.is(T.hex)) yield* commentsIn(tokens.raw, tokens.start);
  }
}

/** @param text blanks and comments, or a hex string, which has no quotes */
function* commentsIn(text: string, offset: number): Generator<CommentLine> {
  for (const { index, 1: line, 2: block } of text.matchAll(COMMENT)) {
    let at = offset + index + 2;
    for (const each of (line ?? block)!.split("\n")) {
      const mark = /^[\s/*]*/.exec(each)![0].length;
      yield { text: each.slice(mark), start: at + mark };
      at += each.length + 1;
    }
  }
}

interface Owner {
  readonly name: string | undefined;
  readonly line: number;
  readonly span: Span;
}

/** The rules of a file, and the stretches that would be some, in its order. */
class Owners {
  private readonly all: readonly Owner[];

  constructor(
    private readonly source: string,
    { rules, faults }: RuleFileSyntax,
  ) {
    this.all = [
      ...rules.map(({ name, line, span }): Owner => ({ name, line, span })),
      ...faults.map(({ rule, line, span }): Owner => ({ name: rule, line, span })),
    ].sort((a, b) => a.span.start - b.span.start);
  }

  of(offset: number): Owner | undefined {
    let [low, high] = [0, this.all.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.all[middle]!.span.start <= offset) low = middle + 1;
      else high = middle;
    }
    const before = this.all[low - 1];
    if (before && (offset < before.span.end || !this.source.slice(before.span.end, offset).includes("\n")))
      return before;
    return this.all[low];
  }
}
