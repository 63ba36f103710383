/** Advice in words: why a rule is dear, and what to do about it. */
import type { RuleSyntax } from "./ast.ts";
import { atomsOf, POOR_QUALITY } from "./atoms.ts";
import { conditionFindings } from "./lint-conditions.ts";
import { atomText } from "./lint-engine.ts";
import { stringFindings } from "./lint-strings.ts";

/** Findings of lint that are about time. */
const SLOW = new Set([
  "short-string",
  "leading-repeat",
  "too-many-ways",
  "unbounded-loop",
  "whole-file",
  "unused-string",
]);

/** Says what is known without a scan, a sentence each; the text holds names of the rule. */
export function adviceOn(rule: RuleSyntax): string[] {
  const advice: string[] = [];
  for (const string of rule.strings) {
    const { atoms, quality, candidates } = atomsOf(string);
    if (quality >= POOR_QUALITY) continue;
    const places =
      candidates >= 1 << 20
        ? "every place"
        : `about ${Math.round(candidates).toLocaleString("en-US")} places in a MiB`;
    const why =
      atoms.length === 0 ? "has no fixed bytes to be searched by" : `is searched by ${atomText(atoms[0]!)}`;
    advice.push(
      `${string.id} (line ${string.line}) ${why}, and tried at ${places}: give it four fixed bytes in a row that are rare, or test in the condition what can be tested without it`,
    );
  }
  for (const { code, message, hint } of [...stringFindings(rule), ...conditionFindings(rule)])
    if (SLOW.has(code)) advice.push(hint === undefined ? message : `${message}: ${hint}`);
  return advice;
}
