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
  SyntaxFault,
} from "./ast.ts";
import { parseCondition } from "./condition.ts";
import { Lines } from "./lines.ts";
import { integerValue, textValue } from "./literals.ts";
import { MAX_EXPRESSIONS } from "./pending.ts";
import { type Head, skipJunk, skipRule } from "./recovery.ts";
import { binaryString } from "./rule-text.ts";
import { parseStrings } from "./string-declaration.ts";
import { expect, SyntaxProblem, unexpected } from "./syntax-problem.ts";
import { KEYWORDS, T, Tokens } from "./tokens.ts";

/** Parses a file. It throws for no input; a mark of byte order in front is no part of the text, but is counted. */
export function parseRuleFile(bytes: Uint8Array): RuleFileSyntax {
  return new RuleFileParser(bytes).parse();
}

class RuleFileParser {
  private readonly tokens: Tokens;
  private readonly lines: Lines;
  private readonly imports: ImportSyntax[] = [];
  private readonly includes: IncludeSyntax[] = [];
  private readonly rules: RuleSyntax[] = [];
  private readonly faults: SyntaxFault[] = [];
  private readonly modules = new Set<string>();
  private readonly room = { expressions: MAX_EXPRESSIONS };

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
          ? skipRule(tokens, head)
          : skipJunk(tokens, start);
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
    if (tokens.is(T.colon)) {
      tokens.next();
      if (!tokens.is(T.identifier)) unexpected(tokens, "a tag");
      for (; tokens.kind === T.identifier; tokens.next()) tags.push(tokens.raw);
    }
    if (!tokens.is(T.openBrace)) {
      if (tokens.is(T.hex)) throw new SyntaxProblem("the rule has no condition", tokens.start);
      unexpected(tokens, tags.length > 0 ? 'a tag or "{"' : '":" or "{"');
    }
    head.name = name;
    head.bodyIsOpen = true;
    tokens.next();

    const meta = this.meta();
    const strings = parseStrings(tokens, this.lines);
    if (!tokens.is(T.condition)) {
      const sections = strings.length > 0 ? "" : meta.length > 0 ? '"strings" or ' : '"meta", "strings" or ';
      unexpected(
        tokens,
        strings.length > 0 ? 'a modifier, a string or "condition"' : `${sections}"condition"`,
      );
    }
    tokens.next();
    expect(tokens, T.colon, '":"');
    const condition = parseCondition(tokens, this.modules, this.room);
    head.lacksBrace = true;
    expect(tokens, T.closeBrace, 'an operator or "}"');
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
    expect(tokens, T.colon, '":"');
    if (!tokens.is(T.identifier)) unexpected(tokens, "the name of a fact");
    while (tokens.is(T.identifier)) {
      const key = tokens.raw;
      const { start } = tokens;
      tokens.next();
      expect(tokens, T.assign, '"="');
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
      case T.minus:
        tokens.next();
        if (!tokens.is(T.number)) unexpected(tokens, "a whole number");
        return -integerValue(tokens.raw);
      default:
        unexpected(tokens, "a string, a whole number, true or false");
    }
  }
}
