/** Makes what pages have of a rule. */
import { setImmediate } from "node:timers/promises";
import type { FoundRule } from "../../cryptex-store/rule-search.ts";
import type { RuleSet } from "../../rules/rule-set.ts";
import type { RuleSummary } from "../rule-sets.ts";

/** Namespaces of the rules that are evaluated, by place and name. */
export type Namespaces = ReadonlyMap<string, string>;

export function summaryOf(
  { name, file, line, tags, meta, modules, digest }: FoundRule,
  namespaces: Namespaces,
): RuleSummary {
  const namespace = namespaces.get(keyOf({ name, file, line })) ?? null;
  return { name, namespace, file, line, tags, meta, modules, digest: `sha256:${digest}` };
}

/** Rules that are looked at in one go: some milliseconds. */
const RULES_A_TURN = 500;

/** @throws the signal's reason */
export async function namespacesOf({ rules }: RuleSet, signal: AbortSignal): Promise<Namespaces> {
  const found = new Map<string, string>();
  for (let number = 0; number < rules.count; number++) {
    const rule = rules.get(number);
    found.set(keyOf(rule), rule.namespace);
    if (number % RULES_A_TURN !== 0) continue;
    await setImmediate();
    signal.throwIfAborted();
  }
  return found;
}

function keyOf({ name, file, line }: Pick<FoundRule, "name" | "file" | "line">): string {
  return `${file}:${line}:${name}`;
}
