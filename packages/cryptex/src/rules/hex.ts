/** Hex strings, as hex_lexer.l and hex_grammar.y of libyara 4.5.5 read them. */
import type { HexToken } from "./ast.ts";

/** A fault in a part of a rule that has a grammar of its own; `offset` counts from the part's first character. */
export interface PartFault {
  readonly offset: number;
  readonly message: string;
}

/** YR_STRING_CHAINING_THRESHOLD: the widest jump inside of alternatives. */
const MAX_JUMP_IN_ALTERNATIVES = 200;
/** YYMAXDEPTH: symbols that libyara's parsers keep on their stack, its first state among them. */
export const MAX_STACK = 10_000;

const [ANY_NIBBLE, NO_NIBBLE] = [16, 17] as const;
/** Values of hex digits and of the question mark by their codes. */
const NIBBLES = new Uint8Array(256).fill(NO_NIBBLE);
for (let value = 0; value < 16; value++) {
  const digit = value.toString(16);
  for (const written of [digit, digit.toUpperCase()]) NIBBLES[written.charCodeAt(0)] = value;
}
NIBBLES[63] = ANY_NIBBLE;

interface OpenAlternatives {
  readonly choices: HexToken[][];
  readonly offset: number;
  /** Symbols on libyara's stack before the parenthesis. */
  readonly stack: number;
}

/** Parses a hex string with its braces. A byte of 0 ends it, as it does in libyara. */
export function parseHex(source: string): HexToken[] | PartFault {
  const open: OpenAlternatives[] = [];
  let tokens: HexToken[] = [];
  let at = 1;
  // The first state and the brace.
  let stack = 2;
  const fault = (message: string, offset = at): PartFault => ({ offset, message });

  for (;;) {
    // Most of it is bytes of two digits.
    const value = byteAt(source, at);
    if (value >= 0) {
      tokens.push({ kind: "byte", value, mask: 0xff, not: false });
      at += 2;
      continue;
    }
    const character = source[at];
    switch (character) {
      case " ":
      case "\t":
      case "\r":
      case "\n":
        at++;
        continue;
      case "/": {
        const end = source[at + 1] === "/" ? source.indexOf("\n", at) : source.indexOf("*/", at + 2) + 2;
        if (end < at) return fault("the comment is not closed");
        const nul = source.slice(at, end).indexOf("\0");
        if (nul >= 0) return fault("a NUL byte in a comment ends the hex string", at + nul);
        at = end;
        continue;
      }
      case "[": {
        const jump = parseJump(source, at, open.length > 0);
        if ("message" in jump) return jump;
        if (tokens.length === 0) return fault("a jump cannot come first: bytes must stand before it");
        tokens.push(jump.token);
        at = jump.end;
        continue;
      }
      case "(":
        open.push({ choices: [tokens], offset: at, stack });
        // What stands before it, the parenthesis and an action; then a choice and the closing parenthesis.
        stack += Math.min(tokens.length, 2) + 2;
        if (stack + 2 >= MAX_STACK) return fault("parentheses are nested too deeply");
        tokens = [];
        at++;
        continue;
      case "|":
      case ")":
      case "}": {
        const around = open.at(-1);
        if (character === "}" && around !== undefined) return fault('this "(" has no ")"', around.offset);
        if (character !== "}" && around === undefined) return fault(`"${character}" without "(" before it`);
        if (tokens.length === 0) return fault(`bytes are expected before "${character}"`);
        if (tokens.at(-1)!.kind === "jump")
          return fault("a jump cannot come last: bytes must stand behind it");
        if (around === undefined) return tokens;
        if (around.choices.length === 1) stack += 2;
        around.choices.push(tokens);
        tokens = [];
        if (character === ")") {
          open.pop();
          stack = around.stack;
          const [before, ...choices] = around.choices;
          tokens = before!;
          tokens.push({ kind: "alternatives", choices });
        }
        at++;
        continue;
      }
    }
    const not = character === "~";
    if (not) at++;
    const high = NIBBLES[source.charCodeAt(at)] ?? NO_NIBBLE;
    const low = NIBBLES[source.charCodeAt(at + 1)] ?? NO_NIBBLE;
    if (high === NO_NIBBLE) {
      return not
        ? fault('"~" must stand before a byte', at - 1)
        : fault(`"${source[at]}" cannot stand in a hex string`);
    }
    if (low === NO_NIBBLE) {
      return fault(`"${source[at]}" is half a byte: there must be two digits or question marks side by side`);
    }
    if (not && high === ANY_NIBBLE && low === ANY_NIBBLE) return fault('"~??" can match nothing', at - 1);
    const mask = (high === ANY_NIBBLE ? 0 : 0xf0) | (low === ANY_NIBBLE ? 0 : 0x0f);
    tokens.push({ kind: "byte", value: (((high & 15) << 4) | (low & 15)) & mask, mask, not });
    at += 2;
  }
}

/** Value of two hex digits, -1 where there are none. */
function byteAt(source: string, at: number): number {
  const high = NIBBLES[source.charCodeAt(at)] ?? NO_NIBBLE;
  const low = NIBBLES[source.charCodeAt(at + 1)] ?? NO_NIBBLE;
  return high < ANY_NIBBLE && low < ANY_NIBBLE ? (high << 4) | low : -1;
}

const JUMP = /\[[ \t\r\n]*(?:(\d+)[ \t\r\n]*)?(?:(-)[ \t\r\n]*(?:(\d+)[ \t\r\n]*)?)?\]/y;

function parseJump(
  source: string,
  offset: number,
  inside: boolean,
): { token: HexToken; end: number } | PartFault {
  const fault = (message: string): PartFault => ({ offset, message });
  JUMP.lastIndex = offset;
  const match = JUMP.exec(source);
  const [, low, dash, high] = match ?? [];
  if (match === null || (low === undefined && (dash === undefined || high !== undefined))) {
    return fault("a jump is written [N], [N-M], [N-] or [-], with decimal numbers");
  }
  const min = low === undefined ? 0 : cNumber(low);
  const max = dash === undefined ? min : high === undefined ? Number.POSITIVE_INFINITY : cNumber(high);
  if (dash === undefined && min === 0) return fault("a jump of a fixed length must be at least 1");
  if (inside && max === Number.POSITIVE_INFINITY)
    return fault("a jump without an end cannot stand between parentheses");
  if (inside && Math.max(min, max) > MAX_JUMP_IN_ALTERNATIVES) {
    return fault(`a jump between parentheses is at most ${MAX_JUMP_IN_ALTERNATIVES} bytes`);
  }
  if (min > max) return fault(`the jump ends (${max}) before it begins (${min})`);
  return { token: { kind: "jump", min, max }, end: JUMP.lastIndex };
}

/** Reads a decimal number as the engine's `atoi` does: what is more than 31 bits is the largest number of 31 bits. */
export function cNumber(digits: string): number {
  return Math.min(Number(digits), 0x7fff_ffff);
}
