/** Strings of a rule, with their modifiers. */
import type { StringModifiers, StringSyntax, StringValue } from "./ast.ts";
import { readRegex } from "./condition.ts";
import { parseHex } from "./hex.ts";
import type { Lines } from "./lines.ts";
import { integerValue, printable, textValue } from "./literals.ts";
import { isBeginning } from "./recovery.ts";
import { expect, SyntaxProblem, unexpected } from "./syntax-problem.ts";
import { T, type Tokens } from "./tokens.ts";

type Modifier = "private" | "ascii" | "wide" | "nocase" | "fullword" | "xor" | "base64" | "base64wide";
const MODIFIERS: ReadonlyMap<number, Modifier> = new Map([
  [T.private, "private"],
  [T.ascii, "ascii"],
  [T.wide, "wide"],
  [T.nocase, "nocase"],
  [T.fullword, "fullword"],
  [T.xor, "xor"],
  [T.base64, "base64"],
  [T.base64wide, "base64wide"],
]);
const STANDARD_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const ALLOWED: Readonly<Record<StringValue["kind"], readonly Modifier[]>> = {
  text: [...MODIFIERS.values()],
  regex: ["private", "ascii", "wide", "nocase", "fullword"],
  hex: ["private"],
};
const EXCLUSIVE: readonly (readonly [Modifier, Modifier])[] = [
  ["xor", "nocase"],
  ["base64", "nocase"],
  ["base64wide", "nocase"],
  ["base64", "fullword"],
  ["base64wide", "fullword"],
  ["base64", "xor"],
  ["base64wide", "xor"],
];

/**
 * Reads the section of strings, if it comes next.
 * @throws SyntaxProblem
 */
export function parseStrings(tokens: Tokens, lines: Lines): StringSyntax[] {
  const strings: StringSyntax[] = [];
  if (tokens.kind !== T.strings) return strings;
  tokens.next();
  expect(tokens, T.colon, '":"');
  if (!tokens.is(T.string)) unexpected(tokens, "a string, as in $a = …");
  while (tokens.is(T.string)) {
    const { start, raw: id } = tokens;
    tokens.next();
    expect(tokens, T.assign, '"="');
    const { start: valueStart } = tokens;
    const { value, mixed } = stringValue(tokens);
    tokens.next();
    const modifiers = modifiersOf(tokens, value.kind);
    if (mixed) {
      const message =
        "greedy and lazy quantifiers (as .* and .*?) cannot both stand in the regular expression of a string";
      throw new SyntaxProblem(message, valueStart);
    }
    strings.push({
      id,
      span: { start, end: tokens.before },
      line: lines.line(start),
      modifiers,
      ...value,
    });
  }
  return strings;
}

/** Reads a value, which stays the current token. */
function stringValue(tokens: Tokens): { value: StringValue; mixed: boolean } {
  const { kind, start } = tokens;
  if (kind === T.text) return { value: { kind: "text", value: textValue(tokens.raw) }, mixed: false };
  if (kind === T.regex) {
    const { regex, mixed } = readRegex(tokens);
    return { value: { kind: "regex", regex }, mixed };
  }
  if (kind === T.hex) {
    const hex = parseHex(tokens.raw);
    if ("message" in hex)
      throw new SyntaxProblem(`the hex string is not valid: ${hex.message}`, start + hex.offset);
    return { value: { kind: "hex", tokens: hex }, mixed: false };
  }
  if (kind === T.openBrace) {
    const at = -tokens.hexEnd(start);
    const stop = tokens.source[at];
    const found =
      stop === undefined
        ? "it has no closing brace"
        : stop === "}"
          ? "it is empty"
          : `"${printable(stop)}" cannot stand in it`;
    throw new SyntaxProblem(`the hex string is not valid: ${found}`, at);
  }
  unexpected(tokens, "a string, a hex string or a regular expression");
}

function modifiersOf(tokens: Tokens, kind: StringValue["kind"]): StringModifiers {
  const found: { -readonly [Name in keyof StringModifiers]: StringModifiers[Name] } = {};
  let alphabet: string | undefined;
  for (;;) {
    const name = MODIFIERS.get(tokens.kind);
    if (name === undefined) return found;
    const { start } = tokens;
    // Where a rule has no end, the next one may begin with the word.
    if (name === "private" && tokens.freshLine && isBeginning(tokens, true)) {
      unexpected(tokens, 'a modifier, a string or "condition"');
    }
    if (!ALLOWED[kind].includes(name)) {
      const subject = kind === "hex" ? "a hex string" : "a regular expression";
      throw new SyntaxProblem(`${subject} cannot have the modifier "${name}"`, start);
    }
    if (found[name] !== undefined) throw new SyntaxProblem(`the modifier "${name}" stands twice`, start);
    tokens.next();
    if (name === "xor") {
      found.xor = tokens.kind === T.openRound ? xorKeys(tokens) : [0, 255];
    } else if (name === "base64" || name === "base64wide") {
      found[name] = tokens.kind === T.openRound ? base64Alphabet(tokens) : "";
      const used = found[name] || STANDARD_ALPHABET;
      if (alphabet !== undefined && used !== alphabet) {
        throw new SyntaxProblem(
          '"base64" and "base64wide" of a string cannot have different alphabets',
          start,
        );
      }
      alphabet = used;
    } else found[name] = true;
    for (const [one, other] of EXCLUSIVE) {
      if (found[one] !== undefined && found[other] !== undefined) {
        throw new SyntaxProblem(`the modifiers "${one}" and "${other}" exclude each other`, start);
      }
    }
  }
}

function xorKeys(tokens: Tokens): readonly [number, number] {
  const { start } = tokens;
  tokens.next();
  const key = (): bigint => {
    if (tokens.kind !== T.number) unexpected(tokens, "a number from 0 to 255");
    const value = integerValue(tokens.raw);
    tokens.next();
    return value;
  };
  const low = key();
  let high = low;
  if (tokens.kind === T.minus) {
    tokens.next();
    high = key();
  }
  expect(tokens, T.closeRound, '")"');
  if (low > high)
    throw new SyntaxProblem(`the keys of xor end (${high}) below their beginning (${low})`, start);
  if (high > 255n) throw new SyntaxProblem("the keys of xor are bytes, from 0 to 255", start);
  return [Number(low), Number(high)];
}

function base64Alphabet(tokens: Tokens): string {
  tokens.next();
  if (tokens.kind !== T.text) unexpected(tokens, "an alphabet of 64 characters between quotes");
  const { start } = tokens;
  const alphabet = textValue(tokens.raw);
  tokens.next();
  expect(tokens, T.closeRound, '")"');
  if (alphabet.length !== 64) {
    throw new SyntaxProblem(`a base64 alphabet has 64 characters, this one has ${alphabet.length}`, start);
  }
  return alphabet;
}
