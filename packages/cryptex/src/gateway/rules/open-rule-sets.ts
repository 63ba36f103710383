/** Rule sets by name, each kept open. */

import type { ShownRules } from "../../cryptex-store/shown-rules.ts";
import type { Store } from "../../cryptex-store/store.ts";
import type { SampleFile } from "../../rules/cost.ts";
import type { Externals, RuleSet } from "../../rules/rule-set.ts";
import { DEFAULT_SET, type RuleCollection } from "../../rules/which-rules.ts";
import type { Roots } from "../roots.ts";
import type {
  Explained,
  ExplainQuestion,
  FoundRules,
  RuleFinding,
  RuleHealth,
  RuleSetInfo,
  RuleSets,
  RuleTime,
  SafeIndex,
  SafeIndexOrder,
  Validation,
} from "../rule-sets.ts";
import { ServiceError } from "../service-error.ts";
import { KeptRuleSet } from "./kept-rule-set.ts";
import { findRulesOf, healthOf, showRulesOf } from "./look-ups.ts";
import { RuleTrials } from "./trials.ts";

export interface RuleSetsOptions {
  readonly rules: RuleCollection;
  readonly includeFolders: readonly string[];
  readonly externals: Externals;
  readonly cacheFolder?: string;
  readonly store: Store;
  readonly roots: Roots;
  readonly warn: (message: string) => void;
  /** Told of a set that was read again and is another one. */
  readonly changed: (name: string, set: RuleSet) => void;
  readonly now?: () => number;
  /** Ends all work. */
  readonly signal: AbortSignal;
}

export function openRuleSets(options: RuleSetsOptions): RuleSets {
  return new NamedRuleSets(options);
}

class NamedRuleSets implements RuleSets {
  readonly #kept: ReadonlyMap<string, KeptRuleSet>;
  readonly #trials: RuleTrials;

  constructor(readonly options: RuleSetsOptions) {
    const { changed, now = Date.now, includeFolders, externals } = options;
    const kept = [...options.rules.sets].map(
      ([name, paths]) =>
        [
          name,
          new KeptRuleSet({
            ...options,
            name,
            source: options.rules.packed?.get(name) ?? {
              files: [],
              open: async () => ({ paths, includeFolders, externals }),
            },
            now,
            changed: (set) => changed(name, set),
          }),
        ] as const,
    );
    this.#kept = new Map(kept);
    this.#trials = new RuleTrials(options);
  }

  async list(): Promise<RuleSetInfo[]> {
    const { byDefault } = this.options.rules;
    const infos = [...this.#kept].map(async ([name, kept]): Promise<RuleSetInfo> => {
      const { digest, rules, quarantined, modules, files } = (await kept.read({ isLookUp: true })).set;
      const counts = { rules: rules.count, files: files.length };
      return { name, default: name === byDefault, digest, ...counts, quarantined, modules };
    });
    return (await Promise.all(infos)).toSorted((a, b) => Number(b.default) - Number(a.default));
  }

  has(ref: string | undefined): boolean {
    return ref?.startsWith("sha256:") || this.#keptBy(ref) !== undefined;
  }

  async open(ref?: string, withTexts = false): Promise<RuleSet> {
    return (await (await this.#named(ref)).read({ withTexts })).set;
  }

  async find(query: RuleFinding): Promise<FoundRules> {
    return JSON.parse(await this.findJson(query)) as FoundRules;
  }

  async findJson(query: RuleFinding): Promise<string> {
    return findRulesOf(await this.#named(query.ruleset), query);
  }

  async show(name: string, ruleset?: string): Promise<ShownRules> {
    return showRulesOf(await this.#named(ruleset), name);
  }

  async health(ruleset?: string): Promise<RuleHealth> {
    return healthOf(await this.#named(ruleset), this.#trials);
  }

  validate(text: string, signal?: AbortSignal): Promise<Validation> {
    return this.#trials.validate(text, signal);
  }

  async explain(question: ExplainQuestion, signal?: AbortSignal): Promise<Explained> {
    const set = await this.open(question.ruleset, true);
    return this.#trials.explain(set, question, signal);
  }

  async safeIndex({ ruleset, targets }: SafeIndexOrder, signal?: AbortSignal): Promise<SafeIndex> {
    return this.#trials.safeIndex(await this.#named(ruleset), targets, signal);
  }

  async times(
    ruleset: string | undefined,
    sample: readonly SampleFile[],
    signal?: AbortSignal,
  ): Promise<RuleTime[]> {
    const read = await (await this.#named(ruleset)).read({ isLookUp: true });
    return this.#trials.times(read, sample, signal);
  }

  #keptBy(ref: string | undefined): KeptRuleSet | undefined {
    const { byDefault } = this.options.rules;
    const name = ref === undefined || (ref === DEFAULT_SET && !this.#kept.has(ref)) ? byDefault : ref;
    return name === undefined ? undefined : this.#kept.get(name);
  }

  /** @throws ServiceError "not-found" */
  async #named(ref: string | undefined): Promise<KeptRuleSet> {
    const kept = this.#keptBy(ref);
    if (kept) return kept;
    if (ref?.startsWith("sha256:")) {
      for (const each of this.#kept.values())
        if ((await each.read({ isLookUp: true })).set.digest === ref) return each;
    }
    const hasNone = this.options.rules.byDefault === undefined && (ref === undefined || ref === DEFAULT_SET);
    throw new ServiceError(
      "not-found",
      hasNone ? "there are no rules: the gateway was started without any" : "there is no such rule set",
    );
  }
}
