/** Trials with rules, in threads: faults of a text, explanations, safe indexes, costs. Little of it at a time, and each with a limit. */
import { InputError, UsageError } from "#kit/errors.ts";
import { fromUtf8, visible } from "#kit/format/visible.ts";
import { SHOWN } from "../../explain/show.ts";
import type { RuleCost, SampleFile } from "../../rules/cost.ts";
import { measureCost } from "../../rules/measure-cost.ts";
import { openLint } from "../../rules/open-lint.ts";
import { pickRule } from "../../rules/pick-rule.ts";
import { lossText } from "../../rules/rule-info.ts";
import type { RuleSet } from "../../rules/rule-set.ts";
import { openIndex } from "../../safe-index/open-index.ts";
import { TARGETS } from "../../safe-index/targets.ts";
import { type ExplainFileRequest, explainFile } from "../../scan-runner/explain-file.ts";
import { pathOf, shownPath } from "../../scan-runner/paths.ts";
import { MAX_SIZE } from "../../scan-runner/walk.ts";
import { VERSION } from "../../version.ts";
import type { Roots } from "../roots.ts";
import type { Explained, ExplainQuestion, RuleTime, SafeIndex, SlowRule, Validation } from "../rule-sets.ts";
import { placesOf } from "../scans/order.ts";
import { ServiceError } from "../service-error.ts";
import { Turns } from "../turns.ts";
import type { KeptRuleSet, ReadRuleSet } from "./kept-rule-set.ts";

/** The largest rule files that people write by hand have some 100 KB; collections are named, not sent. */
export const MAX_RULE_TEXT_BYTES = 4 * 2 ** 20;
/** Text of rules whose linting takes longer is meant to take long. */
const VALIDATION_MS = 30_000;
/** The limit of `explain`. */
const EXPLANATION_MS = 60_000;
/** Programs of others compile large collections for minutes. */
const INDEX_MS = 10 * 60_000;
const COST_MS = 10 * 60_000;
/** For a rule and a file: the limit of `scan --profile`. */
const MEASURE_MS = 10_000;

export class RuleTrials {
  readonly #short = new Turns("rules", 2, 32);
  readonly #long = new Turns("indexes", 1, 4);
  readonly #slow = new WeakMap<ReadRuleSet, Promise<SlowRule[]>>();

  constructor(private readonly options: { readonly roots: Roots; readonly signal: AbortSignal }) {}

  async validate(text: string, signal?: AbortSignal): Promise<Validation> {
    const bytes = Buffer.from(text);
    if (bytes.length > MAX_RULE_TEXT_BYTES)
      throw new ServiceError("too-large", `a text of rules has at most ${MAX_RULE_TEXT_BYTES} bytes`);
    const work = (limit: AbortSignal) => openLint({ name: "text", bytes: new Uint8Array(bytes) }, limit);
    const { findings, rules } = await this.#within(VALIDATION_MS, "linting it", this.#short, work, signal);
    return { valid: !findings.some(({ severity }) => severity === "error"), rules, findings };
  }

  async explain(set: RuleSet, question: ExplainQuestion, signal?: AbortSignal): Promise<Explained> {
    const rule = ruleOf(set, question.rule);
    if ("content" in question)
      return await this.#explain(set, rule, { path: "content", content: question.content }, signal);
    const { root, path } = question;
    const { base, paths } = placesOf(this.options.roots, { root, paths: [path] });
    return await this.#explain(set, rule, { path: pathOf(paths[0]!), within: pathOf(base) }, signal);
  }

  async safeIndex(kept: KeptRuleSet, targets: readonly string[], signal?: AbortSignal): Promise<SafeIndex> {
    const known = TARGETS.map(({ name }) => name);
    const unknown = targets.find((target) => !known.includes(target));
    if (unknown !== undefined || targets.length === 0) {
      throw new ServiceError("invalid", `targets: at least one of ${known.join(", ")}`);
    }
    const { name } = kept.options;
    const { request: files, shown: names } = await kept.read({ isLookUp: true });
    const title = [
      `Rules of ${visible(name)} that ${[...new Set(targets)].join(", ")} can load, written by cryptex ${VERSION}.`,
    ];
    const order = { ...files, targets, title };
    const work = (limit: AbortSignal) => openIndex(order, limit);
    const { text, report } = await this.#within(INDEX_MS, "building the index", this.#long, work, signal);
    const index = fromUtf8(text);
    const shown = <Item extends { readonly file: string; readonly reason: string }>(item: Item) => ({
      ...item,
      file: names.path(item.file),
      reason: names.text(item.reason),
    });
    return {
      index: index ?? Buffer.from(text).toString(),
      ...(index === undefined && { index_bytes: Buffer.from(text).toString("base64") }),
      report: {
        ...report,
        index: report.index.map((path) => names.path(path)),
        reasons: Object.fromEntries(
          Object.entries(report.reasons).map(([reason, count]) => [names.text(reason), count]),
        ),
        dropped_rules: report.dropped_rules.map(shown),
        duplicate_rules: report.duplicate_rules.map(shown),
        renamed_rules: report.renamed_rules.map((rule) => ({ ...rule, file: names.path(rule.file) })),
      },
    };
  }

  /** Lists rules that slow scans down, the dearest first; worked out once for each state of the files. */
  slowRules(read: ReadRuleSet): Promise<SlowRule[]> {
    let slow = this.#slow.get(read);
    if (slow === undefined) {
      slow = this.#costs(read);
      this.#slow.set(read, slow);
      slow.catch(() => this.#slow.delete(read)); // the next one who asks tries again
    }
    return slow;
  }

  /** Measures each rule by itself; those that do not come to an end have no time. */
  async times(read: ReadRuleSet, sample: readonly SampleFile[], signal?: AbortSignal): Promise<RuleTime[]> {
    const seconds = new Map<string, number>();
    for (const { rule, measured } of await this.#costsOf(read, sample, signal)) {
      if (typeof measured?.usPerMib === "number")
        seconds.set(rule, (seconds.get(rule) ?? 0) + measured.usPerMib / 1e6);
    }
    return [...seconds].map(([rule, secondsPerMib]) => ({ rule, secondsPerMib }));
  }

  async #costsOf(
    { request: rules }: ReadRuleSet,
    sample: readonly SampleFile[],
    signal?: AbortSignal,
  ): Promise<readonly RuleCost[]> {
    const request = { rules, sample, runs: 1, timeoutMs: MEASURE_MS };
    const work = (limit: AbortSignal) => measureCost(request, () => {}, limit);
    return (await this.#within(COST_MS, "working out the costs", this.#long, work, signal)).rules;
  }

  async #costs(read: ReadRuleSet): Promise<SlowRule[]> {
    return (await this.#costsOf(read, []))
      .filter(({ advice }) => advice.length > 0)
      .map(({ rule, namespace, file, line, quality, candidates, advice }) => ({
        rule,
        namespace: read.shown.path(namespace),
        file: read.shown.path(file),
        line,
        quality,
        tries_per_mib: Number(candidates.toPrecision(4)),
        advice,
      }));
  }

  async #explain(
    ruleSet: RuleSet,
    rule: number,
    file: Pick<ExplainFileRequest, "path" | "content" | "within">,
    signal?: AbortSignal,
  ): Promise<Explained> {
    const request = {
      ...file,
      ruleSet,
      rule,
      byLink: false,
      maxSize: MAX_SIZE,
      timeoutMs: EXPLANATION_MS,
      shown: SHOWN,
    };
    const explained = await this.#short.take(
      () => explainFile({ ...request, signal: this.#either(signal) }),
      signal,
    );
    if ("reason" in explained)
      throw new ServiceError("conflict", `there is no explanation: ${explained.reason}`);
    const { explanation, size, sha256 } = explained;
    return { schema: 1 as const, ...shownPath(file.path), size, sha256, ...explanation };
  }

  /** @throws ServiceError "too-large" where the time is over */
  async #within<T>(
    longestMs: number,
    what: string,
    turns: Turns,
    work: (limit: AbortSignal) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    return await turns.take(async () => {
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), longestMs);
      try {
        return await work(AbortSignal.any([late.signal, this.#either(signal)]));
      } catch (error) {
        if (!late.signal.aborted) throw error;
        throw new ServiceError("too-large", `given up: ${what} takes more than ${longestMs / 1000} seconds`);
      } finally {
        clearTimeout(timer);
      }
    }, signal);
  }

  #either(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.options.signal : AbortSignal.any([signal, this.options.signal]);
  }
}

/** @throws ServiceError "not-found"; "invalid" for a name that several rules have; "conflict" for one that is not evaluated */
function ruleOf(set: RuleSet, name: string): number {
  try {
    const picked = pickRule(set, name);
    if ("rule" in picked) return picked.rule;
    const reasons = picked.lost.map(lossText);
    throw new ServiceError("conflict", "there is no explanation: the rule is not evaluated", { reasons });
  } catch (error) {
    if (error instanceof InputError) throw new ServiceError("not-found", "no rule has this name");
    if (error instanceof UsageError) throw new ServiceError("invalid", error.message, { hints: error.hints });
    throw error;
  }
}
