/** Finds the rule of a set that a name means. */
import { InputError, UsageError } from "#kit/errors.ts";
import { visible } from "#kit/format/visible.ts";
import { suggestion } from "#kit/term/suggestion.ts";
import type { Quarantined } from "./rule-info.ts";
import { lossText } from "./rule-info.ts";
import type { RuleSet } from "./rule-set.ts";

/** A rule by its number, or, where it is not evaluated, why. */
export type PickedRule = { readonly rule: number } | { readonly lost: readonly Quarantined[] };

/**
 * @param name of a rule, or NAMESPACE:NAME
 * @throws InputError where there is none; UsageError where there are several
 */
export function pickRule(
  { rules, quarantined }: Pick<RuleSet, "rules" | "quarantined">,
  name: string,
): PickedRule {
  const colon = name.lastIndexOf(":");
  const [namespace, own] = [name.slice(0, Math.max(colon, 0)), name.slice(colon + 1)];
  const names = new Set<string>();
  const found: number[] = [];
  for (let number = 0; number < rules.count; number++) {
    const info = rules.get(number);
    names.add(info.name);
    if (info.name === own && (colon < 0 || info.namespace === namespace)) found.push(number);
  }
  const lost = quarantined.filter(({ rule, harmless }) => rule === own && !harmless);
  const [rule, other] = found;
  if (other !== undefined) {
    const all = found.map((number) => `${rules.get(number).namespace}:${own}`);
    throw new UsageError(
      `several rules are called '${visible(own)}'`,
      all.map((each) => `name it '${visible(each)}'`),
    );
  }
  if (rule !== undefined) return { rule };
  if (lost.length > 0) return { lost };
  const files = quarantined.filter((each) => each.rule === null && !each.harmless).slice(0, 3);
  throw new InputError(`no rule is called '${visible(name)}'`, {
    hints: [...suggestion(own, [...names]), ...files.map((each) => `not read: ${lossText(each)}`)],
  });
}
