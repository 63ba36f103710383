/**
 * Parser of rule files. It takes and refuses what libyara 4.5.5 takes and refuses, and gives every rule that can be had: a fault loses
 * the rule that it stands in, no other.
 *
 * **Syntax** is what the text of a rule shows by itself: tokens, grammar, hex strings, regular expressions, modifiers and their
 * combinations, the size of numbers, how many variables a loop has. **Beyond syntax**, for the engine to say: what depends on names and
 * types (undefined, duplicate, unreferenced, wrong type, unknown module, fields), on values (empty strings, percentages, division by zero,
 * bounds of ranges), and on the engine's code (nested loops, regular expressions that are too large). docs/PARSER.md lists the places
 * where the two do not agree.
 */
import type {
  ImportSyntax,
  IncludeSyntax,
  MetaSyntax,
  RuleFileSyntax,
  RuleSyntax,
  StringModifiers,
  StringSyntax,
  StringValue,
  SyntaxFault,
} from "./ast.ts";
import { parseCondition, readRegex } from "./condition.ts";
import { parseHex } from "./hex.ts";
import { Lines } from "./lines.ts";
import { integerValue, printable, textValue } from "./literals.ts";
import { binaryString } from "./rule-text.ts";
import { expect, SyntaxProblem, unexpected } from "./syntax-problem.ts";
import { KEYWORDS, T, Tokens } from "./tokens.ts";

const [OPEN, CLOSE, COLON, EQUALS, MINUS, LEFT, RIGHT] = [123, 125, 58, 61, 45, 40, 41] as const;

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

/** Parses a file. It throws for no input; a mark of byte order in front is no part of the text, but is counted. */
export function parseRuleFile(bytes: Uint8Array): RuleFileSyntax {
  return new RuleFileParser(bytes).parse();
}

/** A rule that is being read, for the case that it is lost. */
interface Head {
  readonly start: number;
  name: string | undefined;
  bodyIsOpen: boolean;
  /** True where the condition is complete: the closing brace alone is missing. */
  lacksBrace: boolean;
}

class RuleFileParser {
  private readonly tokens: Tokens;
  private readonly lines: Lines;
  private readonly imports: ImportSyntax[] = [];
  private readonly includes: IncludeSyntax[] = [];
  private readonly rules: RuleSyntax[] = [];
  private readonly faults: SyntaxFault[] = [];
  private readonly modules = new Set<string>();

  constructor(private readonly bytes: Uint8Array) {
    this.tokens = new Tokens(binaryString(bytes), bytes);
    this.lines = new Lines(bytes);
  }

  parse(): RuleFileSyntax {
    const { bytes, tokens } = this;
    if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
      this.fault(undefined, 0, bytes.length, 0, "the file is UTF-16 text: save it as UTF-8");
    } else {
      tokens.seek(bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0);
      while (tokens.kind !== T.end && tokens.kind !== T.unclosedComment) this.item();
    }
    const { imports, includes, rules, faults } = this;
    const file = { imports, includes, rules, faults };
    return tokens.kind === T.unclosedComment ? { ...file, unclosedComment: tokens.start } : file;
  }

  private fault(rule: string | undefined, start: number, end: number, offset: number, message: string): void {
    // Where something is missing, the parser stopped at what stands behind.
    const at = Math.max(start, Math.min(offset, end - 1));
    const fault = {
      span: { start, end },
      line: this.lines.line(at),
      column: this.lines.column(at),
      message,
    };
    this.faults.push(rule === undefined ? fault : { rule, ...fault });
  }

  /** Reads an import, an include, a rule, or what is none of them. */
  private item(): void {
    const { tokens } = this;
    const { kind, start } = tokens;
    const head: Head = { start, name: undefined, bodyIsOpen: false, lacksBrace: false };
    try {
      if (kind === T.import) this.import();
      else if (kind === T.include) this.include();
      else if (kind === T.rule || kind === T.private || kind === T.global) this.rule(head);
      else unexpected(tokens, "a rule, an import or an include");
    } catch (problem) {
      if (!(problem instanceof SyntaxProblem)) throw problem;
      const end =
        kind === T.rule || kind === T.private || kind === T.global
          ? this.skipRule(head)
          : this.skipJunk(start);
      this.fault(head.name, start, end, problem.offset, problem.message);
    }
  }

  private import(): void {
    const { tokens } = this;
    const { start } = tokens;
    tokens.next();
    if (tokens.kind !== T.text) unexpected(tokens, "the name of a module between quotes");
    const { end } = tokens;
    const module = textValue(tokens.raw);
    tokens.next();
    this.imports.push({ module, span: { start, end }, line: this.lines.line(start) });
    this.modules.add(module);
  }

  private include(): void {
    const { tokens } = this;
    const { start, end, raw } = tokens;
    const path = raw.slice(raw.indexOf('"') + 1, -1);
    tokens.next();
    this.includes.push({ path, span: { start, end }, line: this.lines.line(start) });
  }

  private rule(head: Head): void {
    const { tokens } = this;
    let [isGlobal, isPrivate] = [false, false];
    while (tokens.kind === T.private || tokens.kind === T.global) {
      if (tokens.kind === T.private) isPrivate = true;
      else isGlobal = true;
      tokens.next();
    }
    expect(tokens, T.rule, '"rule"');
    const nameSpan = { start: tokens.start, end: tokens.end };
    if (tokens.kind !== T.identifier) {
      head.name = this.wouldBeName();
      if (KEYWORDS.has(tokens.raw)) {
        throw new SyntaxProblem(
          `"${tokens.raw}" is a word of the language and cannot name a rule`,
          tokens.start,
        );
      }
      unexpected(tokens, "the name of the rule");
    }
    const name = tokens.raw;
    head.name = this.wouldBeName();
    tokens.next();

    const tags: string[] = [];
    if (tokens.is(COLON)) {
      tokens.next();
      if (!tokens.is(T.identifier)) unexpected(tokens, "a tag");
      for (; tokens.kind === T.identifier; tokens.next()) tags.push(tokens.raw);
    }
    if (!tokens.is(OPEN)) {
      if (tokens.is(T.hex)) throw new SyntaxProblem("the rule has no condition", tokens.start);
      unexpected(tokens, tags.length > 0 ? 'a tag or "{"' : '":" or "{"');
    }
    head.name = name;
    head.bodyIsOpen = true;
    tokens.next();

    const meta = this.meta();
    const strings = this.strings();
    if (!tokens.is(T.condition)) {
      const sections = strings.length > 0 ? "" : meta.length > 0 ? '"strings" or ' : '"meta", "strings" or ';
      unexpected(
        tokens,
        strings.length > 0 ? 'a modifier, a string or "condition"' : `${sections}"condition"`,
      );
    }
    tokens.next();
    expect(tokens, COLON, '":"');
    const condition = parseCondition(tokens, this.modules);
    head.lacksBrace = true;
    expect(tokens, CLOSE, 'an operator or "}"');
    const end = tokens.before;
    const { expression, modules, names, ruleWildcards } = condition;
    const { start } = head;
    this.rules.push({
      name,
      nameSpan,
      span: { start, end },
      line: this.lines.line(start),
      endLine: this.lines.line(end - 1),
      isGlobal,
      isPrivate,
      tags,
      meta,
      strings,
      condition: expression,
      modules,
      names,
      ruleWildcards,
    });
  }

  /** Text where the name of the rule belongs, for a rule that is lost: `7zip` and `my-rule` are no names, but tell which rule. */
  private wouldBeName(): string | undefined {
    const { source, start } = this.tokens;
    return /^[^\0- \x7f{:"/]+/.exec(source.slice(start, start + 128))?.[0];
  }

  private meta(): MetaSyntax[] {
    const { tokens } = this;
    const meta: MetaSyntax[] = [];
    if (tokens.kind !== T.meta) return meta;
    tokens.next();
    expect(tokens, COLON, '":"');
    if (!tokens.is(T.identifier)) unexpected(tokens, "the name of a fact");
    while (tokens.is(T.identifier)) {
      const key = tokens.raw;
      const { start } = tokens;
      tokens.next();
      expect(tokens, EQUALS, '"="');
      const value = this.metaValue();
      meta.push({ key, value, span: { start, end: tokens.end } });
      tokens.next();
    }
    return meta;
  }

  /** Reads a value; its last token stays the current one. */
  private metaValue(): string | bigint | boolean {
    const { tokens } = this;
    switch (tokens.kind) {
      case T.text:
        return textValue(tokens.raw);
      case T.number:
        return integerValue(tokens.raw);
      case T.true:
      case T.false:
        return tokens.kind === T.true;
      case MINUS:
        tokens.next();
        if (!tokens.is(T.number)) unexpected(tokens, "a whole number");
        return -integerValue(tokens.raw);
      default:
        unexpected(tokens, "a string, a whole number, true or false");
    }
  }

  private strings(): StringSyntax[] {
    const { tokens } = this;
    const strings: StringSyntax[] = [];
    if (tokens.kind !== T.strings) return strings;
    tokens.next();
    expect(tokens, COLON, '":"');
    if (!tokens.is(T.string)) unexpected(tokens, "a string, as in $a = …");
    while (tokens.is(T.string)) {
      const { start, raw: id } = tokens;
      tokens.next();
      expect(tokens, EQUALS, '"="');
      const { start: valueStart } = tokens;
      const { value, mixed } = this.stringValue();
      tokens.next();
      const modifiers = this.modifiers(value.kind);
      if (mixed) {
        const message =
          "greedy and lazy quantifiers (as .* and .*?) cannot both stand in the regular expression of a string";
        throw new SyntaxProblem(message, valueStart);
      }
      strings.push({
        id,
        span: { start, end: tokens.before },
        line: this.lines.line(start),
        modifiers,
        ...value,
      });
    }
    return strings;
  }

  /** Reads a value, which stays the current token. */
  private stringValue(): { value: StringValue; mixed: boolean } {
    const { tokens } = this;
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
    if (kind === OPEN) {
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

  private modifiers(kind: StringValue["kind"]): StringModifiers {
    const { tokens } = this;
    const found: { -readonly [Name in keyof StringModifiers]: StringModifiers[Name] } = {};
    let alphabet: string | undefined;
    for (;;) {
      const name = MODIFIERS.get(tokens.kind);
      if (name === undefined) return found;
      const { start } = tokens;
      if (!ALLOWED[kind].includes(name)) {
        const subject = kind === "hex" ? "a hex string" : "a regular expression";
        throw new SyntaxProblem(`${subject} cannot have the modifier "${name}"`, start);
      }
      if (found[name] !== undefined) throw new SyntaxProblem(`the modifier "${name}" stands twice`, start);
      tokens.next();
      if (name === "xor") {
        found.xor = tokens.kind === LEFT ? this.xorKeys() : [0, 255];
      } else if (name === "base64" || name === "base64wide") {
        found[name] = tokens.kind === LEFT ? this.alphabet() : "";
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

  private xorKeys(): readonly [number, number] {
    const { tokens } = this;
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
    if (tokens.kind === MINUS) {
      tokens.next();
      high = key();
    }
    expect(tokens, RIGHT, '")"');
    if (low > high)
      throw new SyntaxProblem(`the keys of xor end (${high}) below their beginning (${low})`, start);
    if (high > 255n) throw new SyntaxProblem("the keys of xor are bytes, from 0 to 255", start);
    return [Number(low), Number(high)];
  }

  private alphabet(): string {
    const { tokens } = this;
    tokens.next();
    if (tokens.kind !== T.text) unexpected(tokens, "an alphabet of 64 characters between quotes");
    const { start } = tokens;
    const alphabet = textValue(tokens.raw);
    tokens.next();
    expect(tokens, RIGHT, '")"');
    if (alphabet.length !== 64) {
      throw new SyntaxProblem(`a base64 alphabet has 64 characters, this one has ${alphabet.length}`, start);
    }
    return alphabet;
  }

  /**
   * Skips the rest of a rule that is lost and what cannot be told from it; returns the offset behind its last token. The rule ends with
   * its brace or, where that is missing, before a line that begins another rule, an import or an include. A word like `condition` is in
   * the rule's own braces whatever was opened before, since a hex string that is not closed is the likelier fault.
   */
  private skipRule(head: Head): number {
    const { tokens } = this;
    let depth = head.bodyIsOpen ? 1 : 0;
    let isClosed = false;
    // Where the brace alone is missing, the next rule may follow on the same line.
    let mayBegin = head.lacksBrace;
    for (; tokens.kind !== T.end; tokens.next()) {
      if (isClosed && tokens.kind === T.unclosedComment) break;
      if ((mayBegin || tokens.freshLine) && tokens.start > head.start && this.isBeginning(mayBegin)) break;
      if (tokens.kind === OPEN) depth++;
      else if (tokens.kind === CLOSE) isClosed ||= --depth <= 0;
      else if (tokens.kind === T.hex) isClosed ||= depth === 0;
      else if (tokens.kind === T.condition && !isClosed) depth = 1;
      mayBegin = isClosed;
    }
    return Math.max(tokens.before, head.start + 1);
  }

  /** Skips what is neither rule, import nor include, one token at least; returns the offset behind the last one. */
  private skipJunk(start: number): number {
    const { tokens } = this;
    if (tokens.start === start) tokens.next();
    while (tokens.kind !== T.end && tokens.kind !== T.unclosedComment && !this.isBeginning(true))
      tokens.next();
    return tokens.before;
  }

  /**
   * Tells if the current token begins a rule, an import or an include. `isExpected`: nothing else is open there. Otherwise words alone do
   * not count, for they may stand in a text whose quotes are at fault: a rule must have its brace or colon.
   */
  private isBeginning(isExpected: boolean): boolean {
    const { tokens } = this;
    const { kind } = tokens;
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
      answer = tokens.kind === T.rule;
      for (let ahead = 0; answer && !isExpected; ahead++) {
        tokens.next();
        if (tokens.kind === OPEN || tokens.kind === COLON || tokens.kind === T.hex) break;
        answer = ahead < 4;
      }
    }
    goBack();
    return answer;
  }
}
