/** Looking rules up in a set: lists, one rule, and what is wrong with the set. */
import { statisticsOf } from "../../cryptex-store/rule-relations.ts";
import type { FoundRule } from "../../cryptex-store/rule-search.ts";
import { rulesCalled, type ShownRules, shownRules } from "../../cryptex-store/shown-rules.ts";
import { cursorOf, readCursor } from "../cursor.ts";
import type { FoundRules, RuleFinding, RuleGroup, RuleHealth, RuleSummary } from "../rule-sets.ts";
import { ServiceError } from "../service-error.ts";
import type { KeptRuleSet, ReadRuleSet } from "./kept-rule-set.ts";
import type { RuleTrials } from "./trials.ts";

/** Each may take a look through all texts. */
const MOST_WORDS = 100;

/** @throws ServiceError "invalid"; StoreError */
export async function findRulesOf(kept: KeptRuleSet, query: RuleFinding): Promise<FoundRules> {
  const { read, list } = await kept.list();
  const words = (query.text ?? "").split(/\s+/).filter((word) => word !== "");
  if (words.length > MOST_WORDS)
    throw new ServiceError("invalid", `at most ${MOST_WORDS} words can be looked for`);
  const { tags = [], meta = [], modules = [], limit, after } = query;
  const [file = "", number = 0] = after === undefined ? [] : readCursor(after, ["string", "number"]);
  const place = after === undefined ? undefined : { file, number };
  const { total, rules, last } = list.page({ words, tags, meta, modules }, limit, place);
  return {
    total,
    rules: rules.map((rule) => summaryOf(rule, read)),
    next: last === undefined ? null : cursorOf([last.file, last.number]),
  };
}

function summaryOf(
  { name, file, line, tags, meta, modules, digest }: FoundRule,
  read: ReadRuleSet,
): RuleSummary {
  const namespace = namespacesOf(read).get(`${file}:${line}:${name}`) ?? null;
  return { name, namespace, file, line, tags, meta, modules, digest: `sha256:${digest}` };
}

const NAMESPACES = new WeakMap<ReadRuleSet, Map<string, string>>();

/** Namespaces of the rules that are evaluated, by place and name. */
function namespacesOf(read: ReadRuleSet): ReadonlyMap<string, string> {
  const known = NAMESPACES.get(read);
  if (known) return known;
  const { rules } = read.set;
  const found = new Map<string, string>();
  for (let number = 0; number < rules.count; number++) {
    const { name, namespace, file, line } = rules.get(number);
    found.set(`${file}:${line}:${name}`, namespace);
  }
  NAMESPACES.set(read, found);
  return found;
}

/** @throws ServiceError "not-found"; StoreError */
export async function showRulesOf(kept: KeptRuleSet, name: string): Promise<ShownRules> {
  const { read, scope } = await kept.scope({ isLookUp: false });
  const known = rulesCalled(kept.options.store, scope, name);
  if (known.length === 0) throw new ServiceError("not-found", "no rule has this name");
  return shownRules(known, (file) => read.shown.path(file));
}

/** Groups of duplicates and slow rules that are listed, of each kind. */
const MOST_LISTED = 1_000;

/** @throws StoreError; ServiceError "busy" */
export async function healthOf(kept: KeptRuleSet, trials: RuleTrials): Promise<RuleHealth> {
  const { read, scope } = await kept.scope();
  const { duplicates, clashes } = statisticsOf(kept.options.store, scope);
  const groups = (kind: RuleGroup["kind"], found: typeof duplicates): RuleGroup[] =>
    found.slice(0, MOST_LISTED).map(({ name, rules }) => ({
      name,
      kind,
      rules: rules.map((rule) => ({ name: rule.name, file: read.shown.path(rule.file), line: rule.line })),
    }));
  return {
    quarantined: read.set.quarantined,
    duplicates: [...groups("same text", duplicates), ...groups("same name", clashes)],
    slow: (await trials.slowRules(read)).slice(0, MOST_LISTED),
  };
}
