/** Looking rules up in a set: lists, one rule, and what is wrong with the set. */
import { statisticsOf } from "../../cryptex-store/rule-relations.ts";
import { rulesCalled, type ShownRules, shownRules } from "../../cryptex-store/shown-rules.ts";
import { cursorOf, readCursor } from "../cursor.ts";
import type { RuleFinding, RuleGroup, RuleHealth } from "../rule-sets.ts";
import { ServiceError } from "../service-error.ts";
import type { KeptRuleSet } from "./kept-rule-set.ts";
import type { RuleTrials } from "./trials.ts";

/** Each may take a look through all texts. */
const MOST_WORDS = 100;

/** Returns `FoundRules` as JSON. @throws ServiceError "invalid"; StoreError */
export async function findRulesOf(kept: KeptRuleSet, query: RuleFinding): Promise<string> {
  const list = await kept.list();
  const words = (query.text ?? "").split(/\s+/).filter((word) => word !== "");
  if (words.length > MOST_WORDS)
    throw new ServiceError("invalid", `at most ${MOST_WORDS} words can be looked for`);
  const { tags = [], meta = [], modules = [], limit, after } = query;
  const [file = "", number = 0] = after === undefined ? [] : readCursor(after, ["string", "number"]);
  const place = after === undefined ? undefined : { file, number };
  const { total, rules, last } = list.page({ words, tags, meta, modules }, limit, place);
  const next = last === undefined ? null : cursorOf([last.file, last.number]);
  return `{"total":${total},"rules":[${rules.join(",")}],"next":${JSON.stringify(next)}}`;
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
