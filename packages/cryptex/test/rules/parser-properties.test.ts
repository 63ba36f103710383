import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { RuleFileSyntax, Span } from "../../src/rules/ast.ts";
import { parseRuleFile } from "../../src/rules/parser.ts";
import { expressionsIn, partsOf } from "../../src/rules/walk.ts";
import { parse, parseRule, withoutSpans } from "./parsed.ts";
import { randomCondition } from "./random-conditions.ts";
import { RandomRules } from "./random-rules.ts";
import { ConditionWriter, quoted } from "./written-rule.ts";

const anySeed = fc.integer({ min: 0, max: 2 ** 31 - 1 });

describe("what is written is what is read", () => {
  test.each([
    ["with as few parentheses as can be", false],
    ["with every parenthesis", true],
  ])("conditions, %s", (_name, everyParenthesis) => {
    const writer = new ConditionWriter(everyParenthesis);
    fc.assert(
      fc.property(randomCondition, (condition) => {
        const rule = parseRule(`rule x { condition: ${writer.write(condition)} }`);
        expect(withoutSpans(rule.condition)).toEqual(withoutSpans(condition));
      }),
      { numRuns: 2_000 },
    );
  });

  test("texts", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        const value = Buffer.from(bytes).toString("latin1");
        const [string] = parseRule(`rule x { strings: $ = ${quoted(value)} condition: any of them }`).strings;
        expect(string).toMatchObject({ value });
      }),
    );
  });
});

describe("spans", () => {
  const within = (inner: Span, outer: Span): boolean =>
    outer.start <= inner.start && inner.start < inner.end && inner.end <= outer.end;

  /** Everything that stands side by side comes one after the other. */
  function inOrder(spans: readonly Span[]): boolean {
    return spans.every((span, index) => index === 0 || spans[index - 1]!.end <= span.start);
  }

  function check(bytes: Uint8Array, { imports, includes, rules, faults }: RuleFileSyntax): void {
    const whole = { start: 0, end: bytes.length };
    const all = [...imports, ...includes, ...rules, ...faults].map(({ span }) => span);
    all.sort((one, other) => one.start - other.start);
    expect(inOrder(all) && all.every((span) => within(span, whole))).toBe(true);
    for (const part of [imports, includes, rules, faults])
      expect(inOrder(part.map(({ span }) => span))).toBe(true);
    for (const { span, nameSpan, meta, strings, condition, line, endLine } of rules) {
      const parts = [nameSpan, ...[...meta, ...strings, condition].map((each) => each.span)];
      expect(inOrder(parts) && parts.every((each) => within(each, span))).toBe(true);
      expect([line, endLine]).toEqual([span.start, span.end - 1].map((offset) => lineOf(bytes, offset)));
      for (const expression of expressionsIn(condition)) {
        const inner = partsOf(expression).map((each) => each.span);
        expect(inOrder(inner) && inner.every((each) => within(each, expression.span))).toBe(true);
      }
    }
    for (const { span, line } of faults) {
      expect(line).toBeGreaterThanOrEqual(lineOf(bytes, span.start));
      expect(line).toBeLessThanOrEqual(lineOf(bytes, span.end - 1));
    }
  }

  function lineOf(bytes: Uint8Array, offset: number): number {
    return bytes.subarray(0, offset).filter((byte) => byte === 10).length + 1;
  }

  test("nest and follow each other in sound and damaged files", () => {
    fc.assert(
      fc.property(anySeed, (seed) => {
        const random = new RandomRules(seed);
        const text = `import "pe"\n${random.rule()}\n${random.damaged(random.rule())}\ninclude "x"\n${random.rule()}`;
        const bytes = Buffer.from(text, "latin1");
        check(bytes, parseRuleFile(bytes));
      }),
      { numRuns: 1_000 },
    );
  });

  test("nest for any bytes, and nothing throws", () => {
    const words = [
      "rule a {",
      "condition:",
      "}",
      "{",
      '"',
      "/",
      "$a",
      "=",
      "(",
      ")",
      "private ",
      "import",
      'include "x"',
      "/*",
      "*/",
      "//",
      "\n",
    ];
    const pieces = fc.array(
      fc.oneof(
        fc.constantFrom(...words).map((word) => Buffer.from(word)),
        fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const bytes = Buffer.concat(parts);
        check(bytes, parseRuleFile(bytes));
      }),
      { numRuns: 5_000 },
    );
  });
});

describe("damage", () => {
  test("loses no rule but the damaged one", () => {
    fc.assert(
      fc.property(anySeed, fc.integer({ min: 0, max: 4 }), (seed, damagedIndex) => {
        const random = new RandomRules(seed);
        const rules = Array.from({ length: 5 }, () => random.rule());
        const damaged = random.damaged(rules[damagedIndex]!);
        // A comment can be made longer by damage, so that it does hide what follows.
        fc.pre(!/\/\*|\*\//.test(damaged));
        const others = rules.filter((_rule, index) => index !== damagedIndex);
        // From the name on: a modifier that damage leaves behind is the next rule's.
        const fromName = (rule: string): string => rule.slice(rule.indexOf("rule ") + 5);
        const sound = others.filter((rule) => parse(rule).faults.length === 0).map(fromName);
        const text = rules.map((rule, index) => `${index === damagedIndex ? damaged : rule}\n`).join("");
        const had = parse(text).rules.map(({ nameSpan, span }) => text.slice(nameSpan.start, span.end));
        expect(had).toEqual(expect.arrayContaining(sound));
      }),
      { numRuns: 2_000 },
    );
  });
});
