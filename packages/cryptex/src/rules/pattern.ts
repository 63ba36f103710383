/** Strings of rules as patterns, by which libyara 4.5.5 finds them: what hex strings, base64 and regular expressions have in common. */
import type { HexToken, StringSyntax } from "./ast.ts";
import { base64Forms } from "./base64-forms.ts";
import { parseRegex, type RegexNode } from "./regex.ts";

/** YR_STRING_CHAINING_THRESHOLD: at a longer jump a string is split, and each part has atoms of its own. */
const CHAINING_THRESHOLD = 200;

/** A byte of a pattern: it fits where `byte & mask` is the value. The mask is 0xff, 0x0f, 0xf0 or 0. */
export interface PatternByte {
  readonly value: number;
  readonly mask: number;
}

/** A regular expression, or what a hex string is as one. */
export type Pattern = RegexNode | (PatternByte & { readonly kind: "masked" }) | PatternGroup;
type PatternGroup =
  | { readonly kind: "concatenation"; readonly parts: readonly Pattern[] }
  | { readonly kind: "alternatives"; readonly choices: readonly Pattern[] };

/** A string, or what libyara makes of a long one: it splits it at long jumps, and finds each part by itself. */
export interface PatternPart {
  readonly pattern: Pattern;
  /** Its bytes, where nothing in it is variable. */
  readonly text: readonly number[] | undefined;
}

/** Lists the parts of a string, as yr_re_ast_split_at_chaining_point makes them. */
export function partsOfString(string: StringSyntax): PatternPart[] {
  const { kind, modifiers } = string;
  switch (kind) {
    case "text":
      if (modifiers.base64 === undefined && modifiers.base64wide === undefined)
        return [partOf(bytesOf(string.value))];
      return [partOf({ kind: "alternatives", choices: base64Forms(string.value, modifiers).map(bytesOf) })];
    case "hex":
      return splitAtJumps(string.tokens.map(ofToken)).map(partOf);
    case "regex": {
      const { source } = string.regex;
      const regex = parseRegex(source);
      if (!("root" in regex)) return [partOf(NO_BYTE)];
      const { root } = regex;
      const parts = splitAtJumps(root.kind === "concatenation" ? root.parts : [root]).map(partOf);
      return HAS_GROUP.test(source) ? parts.map(({ pattern }) => ({ pattern, text: undefined })) : parts;
    }
  }
}

/** With a group in it libyara takes nothing for plain text. */
const HAS_GROUP = /^(?:[^\\(]|\\.)*\(/s;

function partOf(pattern: Pattern): PatternPart {
  return { pattern, text: literal(pattern) };
}

function bytesOf(text: string): Pattern {
  return {
    kind: "concatenation",
    parts: [...Buffer.from(text, "latin1")].map((value) => ({ kind: "byte", value })),
  };
}

/** The end of an open jump, INT_MAX. In regular expressions `*` and `+` alone are without end. */
const OPEN_JUMP = 2 ** 31 - 1;
/** Stands for anything that no atom goes across. */
const NO_BYTE: Pattern = { kind: "start" };

function ofToken(token: HexToken): Pattern {
  switch (token.kind) {
    case "byte":
      return token.not ? NO_BYTE : { kind: "masked", value: token.value, mask: token.mask };
    case "jump":
      // A jump of one is a wildcard, as in hex_grammar.y.
      if (token.min === 1 && token.max === 1) return { kind: "masked", value: 0, mask: 0 };
      return {
        kind: "repeat",
        body: { kind: "any" },
        min: token.min,
        max: Math.min(token.max, OPEN_JUMP),
        greedy: false,
      };
    case "alternatives":
      return {
        kind: "alternatives",
        choices: token.choices.map((choice) => ({ kind: "concatenation", parts: choice.map(ofToken) })),
      };
  }
}

function splitAtJumps(parts: readonly Pattern[]): Pattern[] {
  const all: Pattern[][] = [[]];
  for (const [index, part] of parts.entries()) {
    if (all.at(-1)!.length > 0 && index < parts.length - 1 && isChainingPoint(part)) all.push([]);
    else all.at(-1)!.push(part);
  }
  return all.map((each) => ({ kind: "concatenation", parts: each }));
}

/** Tells if libyara splits a string at this part of it. */
export function isChainingPoint(part: Pattern): boolean {
  if (part.kind !== "repeat" || part.body.kind !== "any" || part.greedy) return false;
  return part.max > CHAINING_THRESHOLD && part.max !== Number.POSITIVE_INFINITY;
}

function literal(pattern: Pattern): number[] | undefined {
  const parts = pattern.kind === "concatenation" ? pattern.parts : [pattern];
  const bytes: number[] = [];
  for (const part of parts) {
    if (part.kind !== "byte" && !(part.kind === "masked" && part.mask === 0xff)) return undefined;
    bytes.push(part.value);
  }
  return bytes.length > 0 ? bytes : undefined;
}
