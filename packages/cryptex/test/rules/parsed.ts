/** Short cuts to what the parser makes of a text. */
import type { Expression, RuleFileSyntax, RuleSyntax } from "../../src/rules/ast.ts";
import { parseRuleFile } from "../../src/rules/parser.ts";

/** The text is a binary string. */
export function parse(text: string): RuleFileSyntax {
  return parseRuleFile(Buffer.from(text, "latin1"));
}

/** @throws Error with the fault, where there is one */
export function parseRule(text: string): RuleSyntax {
  const { rules, faults } = parse(text);
  if (faults.length > 0 || rules.length !== 1) throw new Error(`not one rule: ${JSON.stringify(faults)}`);
  return rules[0]!;
}

/** An expression without its spans. */
export function parseCondition(condition: string, before = ""): unknown {
  return withoutSpans(parseRule(`${before}rule a { condition: ${condition} }`).condition);
}

export function parseHexString(text: string): unknown {
  const string = parseRule(`rule a { strings: $a = {${text}} condition: $a }`).strings[0]!;
  if (string.kind !== "hex") throw new Error("not a hex string");
  return string.tokens;
}

export function withoutSpans(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSpans);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "span");
  return Object.fromEntries(entries.map(([key, part]) => [key, withoutSpans(part)]));
}

/** Names, for expected values. */
export const name = (text: string): object => ({ kind: "name", name: text });
export const integer = (value: number | bigint): object => ({ kind: "integer", value: BigInt(value) });
export const binary = (operator: string, left: object, right: object): object => ({
  kind: "binary",
  operator,
  left,
  right,
});

/** Text of the file that an expression stands on. */
export function textOf(text: string, expression: Pick<Expression, "span">): string {
  return text.slice(expression.span.start, expression.span.end);
}
