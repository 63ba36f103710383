/**
 * Regular expressions, as re_lexer.l and re_grammar.y of libyara 4.5.5 read them. A quantifier follows what it repeats at once, and none
 * follows another one.
 */
import { cNumber, type PartFault } from "./hex.ts";
import { printable, regexText } from "./literals.ts";

export type RegexNode =
  | { readonly kind: "byte"; readonly value: number }
  /** Any byte; any but a line feed without the flag `s`. */
  | { readonly kind: "any" }
  | { readonly kind: "class"; readonly bytes: ByteSet }
  | { readonly kind: "concatenation"; readonly parts: readonly RegexNode[] }
  /** A choice without parts matches nothing at all. */
  | { readonly kind: "alternatives"; readonly choices: readonly RegexNode[] }
  | {
      readonly kind: "repeat";
      readonly body: RegexNode;
      readonly min: number;
      /** Infinity for `*` and `+`; `{3,}` ends at 32,767. */
      readonly max: number;
      readonly greedy: boolean;
    }
  | { readonly kind: "start" | "end" | "word boundary" | "no word boundary" };

/** 256 bits, the lowest of the first byte for 0x00. */
export type ByteSet = Uint8Array;

export interface Regex {
  readonly root: RegexNode;
  /** Kinds of quantifiers in it. A string cannot have both. */
  readonly greedy: boolean;
  readonly lazy: boolean;
}

/** RE_MAX_RANGE: the highest count of a quantifier. */
const MAX_REPEAT = 32_767;

export function hasByte(set: ByteSet, byte: number): boolean {
  return (set[byte >> 3]! & (1 << (byte & 7))) !== 0;
}

function byteSet(has: (byte: number) => boolean): ByteSet {
  const set = new Uint8Array(32);
  for (let byte = 0; byte < 256; byte++) if (has(byte)) set[byte >> 3]! |= 1 << (byte & 7);
  return set;
}

const SHORTHANDS: Readonly<Record<string, ByteSet>> = Object.fromEntries(
  [
    ["w", /[0-9A-Za-z_]/],
    ["s", /[\t\n\v\f\r ]/],
    ["d", /[0-9]/],
  ].flatMap(([letter, pattern]) => {
    const has = (byte: number): boolean => (pattern as RegExp).test(String.fromCharCode(byte));
    return [
      [letter, byteSet(has)],
      [(letter as string).toUpperCase(), byteSet((byte) => !has(byte))],
    ];
  }),
);

const CONTROL_ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, f: 12, a: 7 };

/** Parses a regular expression without its slashes and flags, a binary string as it stands in the file. */
export function parseRegex(source: string): Regex | PartFault {
  try {
    return new RegexParser(source.includes("\0") ? regexText(source) : source).parse();
  } catch (problem) {
    if (problem instanceof RegexProblem) return { offset: problem.offset, message: problem.message };
    throw problem;
  }
}

class RegexProblem {
  constructor(
    readonly message: string,
    readonly offset: number,
  ) {}
}

/** The part between two parentheses so far. */
interface Group {
  readonly offset: number;
  readonly choices: RegexNode[];
  parts: RegexNode[];
}

const BEGINS_QUANTIFIER: ReadonlySet<string | undefined> = new Set("*+?{");
const QUANTIFIER = /[*+?]|\{\d*(?: *, *\d*)?\}/y;

class RegexParser {
  private at = 0;
  private greedy = false;
  private lazy = false;

  constructor(private readonly source: string) {}

  /** Keeps open groups in a list: nesting is limited by the length of the text alone. */
  parse(): Regex {
    const open: Group[] = [];
    let group: Group = { offset: 0, choices: [], parts: [] };
    while (this.at < this.source.length) {
      const offset = this.at;
      const character = this.source[offset]!;
      if (character === "(") {
        this.at++;
        open.push(group);
        group = { offset, choices: [], parts: [] };
      } else if (character === "|") {
        if (group.parts.length === 0 && group.choices.length === 0) {
          this.fail('an alternative is expected before "|"');
        }
        this.at++;
        group.choices.push(concatenation(group.parts));
        group.parts = [];
      } else if (character === ")") {
        const around = open.pop();
        if (around === undefined) this.fail('")" without "(" before it');
        if (group.parts.length === 0 && group.choices.length === 0)
          this.fail('nothing stands between "(" and ")"');
        this.at++;
        around.parts.push(this.repeated(closed(group)));
        group = around;
      } else group.parts.push(this.item(character));
    }
    if (open.length > 0) this.fail('this "(" has no ")"', group.offset);
    if (group.parts.length === 0 && group.choices.length === 0) this.fail("the regular expression is empty");
    return { root: closed(group), greedy: this.greedy, lazy: this.lazy };
  }

  private fail(message: string, offset = this.at): never {
    throw new RegexProblem(message, offset);
  }

  private item(character: string): RegexNode {
    switch (character) {
      case "^":
      case "$":
        this.at++;
        return this.unrepeated(character === "^" ? "start" : "end", character);
      case ".":
        this.at++;
        return this.repeated({ kind: "any" });
      case "[":
        return this.repeated({ kind: "class", bytes: this.byteClass() });
      case "\\": {
        const letter = this.source[this.at + 1];
        if (letter === "b" || letter === "B") {
          this.at += 2;
          return this.unrepeated(letter === "b" ? "word boundary" : "no word boundary", `\\${letter}`);
        }
        if (letter !== undefined && letter >= "0" && letter <= "9") {
          this.fail(`"\\${letter}" refers back to a group, which YARA does not have`);
        }
        const shorthand = letter === undefined ? undefined : SHORTHANDS[letter];
        if (shorthand === undefined) return this.repeated({ kind: "byte", value: this.escape() });
        this.at += 2;
        return this.repeated({ kind: "class", bytes: shorthand });
      }
    }
    const quantifier = this.quantifier();
    if (quantifier !== undefined) this.fail(`"${quantifier.text}" has nothing to repeat`, quantifier.offset);
    this.at++;
    return this.repeated({ kind: "byte", value: character.charCodeAt(0) });
  }

  /** A place rather than text: a quantifier behind it is no syntax. */
  private unrepeated(
    kind: "start" | "end" | "word boundary" | "no word boundary",
    written: string,
  ): RegexNode {
    const quantifier = this.quantifier();
    if (quantifier !== undefined) this.fail(`"${written}" cannot be repeated`, quantifier.offset);
    return { kind };
  }

  private repeated(body: RegexNode): RegexNode {
    const quantifier = this.quantifier();
    if (quantifier === undefined) return body;
    const greedy = this.source[this.at] !== "?";
    if (greedy) this.greedy = true;
    else {
      this.lazy = true;
      this.at++;
    }
    const second = this.quantifier();
    if (second !== undefined) {
      this.fail(`a second quantifier, "${second.text}", follows "${quantifier.text}"`, second.offset);
    }
    return { kind: "repeat", body, min: quantifier.min, max: quantifier.max, greedy };
  }

  private quantifier(): { min: number; max: number; text: string; offset: number } | undefined {
    const offset = this.at;
    if (!BEGINS_QUANTIFIER.has(this.source[offset])) return undefined;
    QUANTIFIER.lastIndex = offset;
    const text = QUANTIFIER.exec(this.source)?.[0];
    if (text === undefined || text === "{}") return undefined;
    this.at = QUANTIFIER.lastIndex;
    switch (text) {
      case "*":
        return { min: 0, max: Number.POSITIVE_INFINITY, text, offset };
      case "+":
        return { min: 1, max: Number.POSITIVE_INFINITY, text, offset };
      case "?":
        return { min: 0, max: 1, text, offset };
    }
    const [low = "", high = low] = text.slice(1, -1).split(",");
    const min = low.trim() === "" ? 0 : cNumber(low.trim());
    const max = high.trim() === "" ? MAX_REPEAT : cNumber(high.trim());
    if (max > MAX_REPEAT) this.fail(`"${text}" repeats more than ${MAX_REPEAT} times`, offset);
    if (max < min) this.fail(`"${text}" ends below its beginning`, offset);
    return { min, max, text, offset };
  }

  /** Reads an escape that stands for one byte; a letter without a meaning stands for itself. */
  private escape(): number {
    const { source, at } = this;
    const letter = source[at + 1];
    if (letter === undefined) this.fail("nothing follows the backslash");
    if (letter === "x") {
      const digits = source.slice(at + 2, at + 4);
      if (!/^[0-9a-fA-F]{2}$/.test(digits)) this.fail('two hex digits are expected behind "\\x"');
      this.at += 4;
      return Number.parseInt(digits, 16);
    }
    this.at += 2;
    return CONTROL_ESCAPES[letter] ?? letter.charCodeAt(0);
  }

  private byteClass(): ByteSet {
    const { source } = this;
    const begin = this.at++;
    const set = new Uint8Array(32);
    const negated = source[this.at] === "^";
    if (negated) this.at++;
    const add = (byte: number): void => {
      set[byte >> 3]! |= 1 << (byte & 7);
    };
    // A bracket that comes first is a member.
    if (source[this.at] === "]") {
      this.at++;
      add(0x5d);
    }
    for (;;) {
      const character = source[this.at];
      if (character === undefined) this.fail('this "[" has no "]"', begin);
      if (character === "]") break;
      const shorthand = character === "\\" ? SHORTHANDS[source[this.at + 1] ?? ""] : undefined;
      const offset = this.at;
      if (this.beginsRange()) {
        const low = this.member();
        this.at++;
        const high = this.member();
        if (high < low)
          this.fail(`the range "${printable(source.slice(offset, this.at))}" runs backwards`, offset);
        for (let byte = low; byte <= high; byte++) add(byte);
      } else if (shorthand !== undefined) {
        for (let index = 0; index < 32; index++) set[index]! |= shorthand[index]!;
        this.at += 2;
      } else if (character !== "\\" && !(character >= " " && character <= "~")) {
        this.fail(`"${printable(character)}" must be written as an escape between "[" and "]"`);
      } else add(this.member());
    }
    this.at++;
    if (negated) for (let index = 0; index < 32; index++) set[index]! ^= 0xff;
    return set;
  }

  /** Tells if a member, a hyphen and something other than the closing bracket come next. */
  private beginsRange(): boolean {
    const { source, at } = this;
    let hyphen = at + 1;
    if (source[at] === "\\") {
      hyphen = at + 2;
      if (source[at + 1] === "x" && /^[0-9a-fA-F]{2}$/.test(source.slice(at + 2, at + 4))) hyphen = at + 4;
    }
    const behind = source[hyphen + 1];
    return source[hyphen] === "-" && behind !== undefined && behind !== "]";
  }

  private member(): number {
    if (this.source[this.at] === "\\") return this.escape();
    return this.source.charCodeAt(this.at++);
  }
}

function concatenation(parts: readonly RegexNode[]): RegexNode {
  return parts.length === 1 ? parts[0]! : { kind: "concatenation", parts };
}

function closed(group: Group): RegexNode {
  const last = concatenation(group.parts);
  return group.choices.length === 0 ? last : { kind: "alternatives", choices: [...group.choices, last] };
}
