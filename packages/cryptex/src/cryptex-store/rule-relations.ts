/** How rules of a scope hang together: what a rule depends on, what depends on it, what is there twice. */
import type { RuleScope } from "./rule-index.ts";
import { type FoundRule, findRules, rulesWhere } from "./rule-search.ts";
import type { Store } from "./store.ts";

export interface Relations {
  /** Rules that the condition names, or that a wildcard in it stands for. */
  readonly uses: readonly FoundRule[];
  /** Names in the condition that no rule has: externals. */
  readonly externals: readonly string[];
  readonly usedBy: readonly FoundRule[];
  /** Others of the same text. */
  readonly duplicates: readonly FoundRule[];
}

/** @throws StoreError */
export function relationsOf(store: Store, scope: RuleScope, rule: FoundRule): Relations {
  const others = (where: string, ...values: string[]) =>
    rulesWhere(store, scope, where, values).filter((other) => !isSame(other, rule));
  const named = rule.names.map((name) => inReach(rule, rulesWhere(store, scope, "name = ?", [name])));
  return {
    uses: [...named.flat(), ...rule.wildcards.flatMap((prefix) => others("instr(name, ?) = 1", prefix))],
    externals: rule.names.filter((_, i) => named[i]!.length === 0),
    usedBy: others(USED_BY, rule.name, rule.name).filter(
      (other) =>
        !other.names.includes(rule.name) ||
        inReach(other, rulesWhere(store, scope, "name = ?", [rule.name])).some((meant) =>
          isSame(meant, rule),
        ),
    ),
    duplicates: others("hex(digest) = upper(?)", rule.digest),
  };
}

const USED_BY = `id IN (
  SELECT rule FROM rule_fields WHERE field = 'name' AND value = ?
  UNION SELECT rule FROM rule_fields WHERE field = 'wildcard' AND instr(?, value) = 1)`;

/** Those of the rule's own file, where it has any: a file's own definitions go before others. */
function inReach(rule: FoundRule, named: readonly FoundRule[]): readonly FoundRule[] {
  const own = named.filter(({ file }) => file === rule.file);
  return own.length > 0 ? own : named;
}

function isSame(a: FoundRule, b: FoundRule): boolean {
  return a.file === b.file && a.start === b.start;
}

export interface Counted {
  readonly name: string;
  readonly count: number;
}

/** Rules that share something. */
export interface Group {
  readonly name: string;
  readonly rules: readonly FoundRule[];
}

export interface RuleStatistics {
  readonly rules: number;
  readonly files: number;
  readonly private: number;
  readonly global: number;
  /** Rules that use a module, the most used first; the same for tags and files. */
  readonly modules: readonly Counted[];
  readonly tags: readonly Counted[];
  readonly perFile: readonly Counted[];
  /** Rules of the same text, that are there more than once. */
  readonly duplicates: readonly Group[];
  /** Names of rules whose texts differ. */
  readonly clashes: readonly Group[];
}

/** @throws StoreError */
export function statisticsOf(store: Store, scope: RuleScope): RuleStatistics {
  const rules = findRules(store, scope, { words: [] });
  const sameText = [...Map.groupBy(rules, ({ digest }) => digest).values()];
  const sameName = [...Map.groupBy(rules, ({ name }) => name).values()];
  const groups = (found: readonly FoundRule[][]) =>
    found.map((each) => ({ name: each[0]!.name, rules: each }));
  const perFile = counted(rules.map(({ file }) => file));
  return {
    rules: rules.length,
    files: perFile.length,
    private: rules.filter(({ isPrivate }) => isPrivate).length,
    global: rules.filter(({ isGlobal }) => isGlobal).length,
    modules: counted(rules.flatMap(({ modules }) => modules)),
    tags: counted(rules.flatMap(({ tags }) => tags)),
    perFile,
    duplicates: groups(sameText.filter((each) => each.length > 1)),
    clashes: groups(sameName.filter((each) => new Set(each.map(({ digest }) => digest)).size > 1)),
  };
}

function counted(names: readonly string[]): Counted[] {
  return [...Map.groupBy(names, (name) => name)]
    .map(([name, all]) => ({ name, count: all.length }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}
