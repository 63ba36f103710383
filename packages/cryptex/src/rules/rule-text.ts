/** Rules as text. */
import type { RuleSyntax } from "./ast.ts";
import { T, Tokens } from "./tokens.ts";

/**
 * Returns the tokens of a rule with a blank between them, a binary string: two rules of equal text differ in comments and blanks at most.
 * Those of a hex string count as little.
 */
export function normalisedText(bytes: Uint8Array, rule: RuleSyntax): string {
  const { start, end } = rule.span;
  const text = bytes.subarray(start, end);
  const tokens = new Tokens(binaryString(text), text);
  const words: string[] = [];
  while (tokens.next() !== T.end) {
    words.push(
      tokens.kind === T.hex ? tokens.raw.replace(/\/\*.*?\*\/|\/\/.*?\n|[ \t\r\n]+/gs, "") : tokens.raw,
    );
  }
  return words.join(" ");
}

/** Views bytes as a binary string: one character a byte. `TextDecoder("latin1")` does not, for it means windows-1252. */
export function binaryString(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
