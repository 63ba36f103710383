/**
 * Texts of the rules of a set, packed beside the compiled ones for those who look into conditions: a line of JSON for each rule, by
 * its number in the engine.
 */
import { openLines } from "./packed-lines.ts";
import type { ResolvedRule } from "./resolve.ts";
import { textOf } from "./source.ts";

/** A rule as it was compiled. */
export interface RuleText {
  /** Name that it has in the text, and by which other texts name it. */
  readonly engineName: string;
  /** A binary string: one character a byte. */
  readonly text: string;
  readonly modules: readonly string[];
  /** Numbers of the rules that its condition names; all are lower than its own. */
  readonly uses: readonly number[];
}

export interface RuleTexts {
  readonly count: number;
  get(rule: number): RuleText;
}

export function packRuleTexts(rules: readonly ResolvedRule[]): Uint8Array {
  const numbers = new Map(rules.map((rule, number) => [rule, number]));
  const lines = rules.map((rule) => {
    const line: RuleText = {
      engineName: rule.engineName,
      text: Buffer.from(textOf(rule)).toString("latin1"),
      modules: rule.modules,
      uses: rule.uses.map((use) => numbers.get(use)!),
    };
    return `${JSON.stringify(line)}\n`;
  });
  return Buffer.from(lines.join(""));
}

export function openRuleTexts(packed: Uint8Array): RuleTexts {
  const { count, line } = openLines(packed);
  return { count, get: (rule) => JSON.parse(line(rule)) as RuleText };
}
