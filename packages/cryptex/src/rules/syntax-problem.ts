/** A place that is no syntax, and the words about it. */
import { T, type Tokens } from "./tokens.ts";

/** Thrown where a rule is no syntax; without the trace of an Error, for a file may have a million faults. */
export class SyntaxProblem {
  constructor(
    readonly message: string,
    readonly offset: number,
  ) {}
}

/** @throws SyntaxProblem always: about the current token */
export function unexpected(tokens: Tokens, expected: string): never {
  const { kind, start } = tokens;
  if (kind === T.bad) throw new SyntaxProblem(tokens.problem, tokens.problemAt);
  if (kind === T.end) throw new SyntaxProblem(`the file ends where ${expected} is expected`, start);
  throw new SyntaxProblem(`${describe(tokens)} cannot follow here: expected ${expected}`, start);
}

/**
 * Goes to the next token.
 * @throws SyntaxProblem where the current one is of another kind
 */
export function expect(tokens: Tokens, kind: number, expected: string): void {
  if (tokens.kind !== kind) unexpected(tokens, expected);
  tokens.next();
}

function describe(tokens: Tokens): string {
  switch (tokens.kind) {
    case T.text:
      return "a string";
    case T.regex:
      return "a regular expression";
    case T.hex:
      return "a hex string";
    case T.include:
      return "an include";
    case T.unclosedComment:
      return "a comment that is never closed";
    default:
      return tokens.end - tokens.start > 40 ? `"${tokens.raw.slice(0, 39)}…"` : `"${tokens.raw}"`;
  }
}
