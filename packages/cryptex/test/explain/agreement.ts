/** Explains every rule of a set for files, and counts how often that can be done. */
import type { EngineInstance, ExternalValue } from "../../src/engine/engine.ts";
import { makeLibyara } from "../../src/engine/own-engine.ts";
import type { evaluateCondition } from "../../src/explain/evaluate.ts";
import { type ExplainableRules, Explainer } from "../../src/explain/explainer.ts";
import type { Explanation } from "../../src/explain/explanation.ts";
import { SHOWN } from "../../src/explain/show.ts";
import { withFileExternals } from "../../src/rules/build-rule-set.ts";
import type { CompiledSet } from "../../src/rules/compile.ts";
import type { Externals } from "../../src/rules/rule-set.ts";
import { openRuleTable, packRuleTable } from "../../src/rules/rule-table.ts";
import { openRuleTexts, packRuleTexts } from "../../src/rules/rule-texts.ts";
import { Random } from "../support/random.ts";
import { RuleFolder } from "../support/rule-folder.ts";
import { randomRound, sourceOf } from "../support/rules/round.ts";

export interface SampleFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly externals?: Readonly<Record<string, ExternalValue>>;
}

export interface Agreement {
  pairs: number;
  matching: number;
  /** Pairs without an explanation, by kind. */
  readonly unavailable: Map<string, number>;
  /** The first ones in words. */
  readonly examples: string[];
}

export interface AgreementOptions {
  readonly evaluate?: typeof evaluateCondition;
  /** Is called with each explanation. */
  readonly each?: (explanation: Explanation, file: SampleFile) => void;
  /** Ends early. */
  readonly until?: (agreement: Agreement) => boolean;
  readonly timeoutMs?: number;
}

export function newAgreement(): Agreement {
  return { pairs: 0, matching: 0, unavailable: new Map(), examples: [] };
}

export function explainableRules(
  { rules }: Pick<CompiledSet, "rules">,
  externals: Externals,
): ExplainableRules {
  return {
    table: openRuleTable(packRuleTable(rules)),
    texts: openRuleTexts(packRuleTexts(rules)),
    externals: withFileExternals(externals),
  };
}

const EXAMPLES = 20;

/** @param saved the compiled set, as the engine saves it */
export function countAgreement(
  rules: ExplainableRules,
  saved: Uint8Array,
  files: readonly SampleFile[],
  agreement: Agreement,
  { evaluate, each, until, timeoutMs = 0 }: AgreementOptions = {},
): Agreement {
  const explainer = new Explainer(rules, evaluate);
  const all = Array.from({ length: rules.table.count }, (_, number) => number);
  for (const file of files) {
    const instance: EngineInstance = makeLibyara();
    const compiled = instance.load(saved);
    instance.buffer(file.bytes.length).set(file.bytes);
    const externals = file.externals ?? {};
    const scan = compiled.scan(file.bytes.length, { externals, timeoutMs, maxMatches: 0 });
    // Where one rule has ended the scan, the others are asked one by one.
    const matching = scan.outcome === "done" && { matching: new Set(scan.matches.map(({ rule }) => rule)) };
    const explained = explainer.explain(
      instance,
      { length: file.bytes.length, externals, ...matching },
      all,
      {
        shown: SHOWN,
        timeLeft: () => timeoutMs,
      },
    );
    // The scan says so itself: there is no verdict of the engine to come to.
    const givenUp = new Set(
      scan.givenUp
        .flatMap(({ rule }) => [rule, ...rules.table.dependants(rule)])
        .map((rule) => rules.table.get(rule).name),
    );
    for (const explanation of explained) {
      if (explanation.unavailable?.kind === "engine" && givenUp.has(explanation.rule)) continue;
      agreement.pairs++;
      if (explanation.verdict === "match") agreement.matching++;
      const { unavailable } = explanation;
      if (unavailable) {
        const { kind, reason } = unavailable;
        agreement.unavailable.set(kind, (agreement.unavailable.get(kind) ?? 0) + 1);
        if (agreement.examples.length < EXAMPLES)
          agreement.examples.push(`${explanation.rule}, ${file.name}: ${kind}: ${reason}`);
      }
      each?.(explanation, file);
      if (until?.(agreement)) return agreement;
    }
  }
  return agreement;
}

/** Compiles a source without faults, and counts over files. */
export function agreementOf(
  source: string,
  externals: Readonly<Record<string, ExternalValue>>,
  files: readonly SampleFile[],
  agreement: Agreement,
  options?: AgreementOptions,
): Agreement {
  using folder = new RuleFolder({ "rules.yar": source });
  const set = folder.compile(["rules.yar"], { externals });
  const [fault] = set.quarantined;
  if (fault) throw new Error(`${fault.rule}: ${fault.reason}`);
  return countAgreement(explainableRules(set, externals), set.compiled!.save(), files, agreement, options);
}

const COUNTS = { rules: 64, files: 32 };

/** Counts over a round of the differential test. */
export function agreementOfRound(
  seed: number,
  agreement: Agreement,
  options?: AgreementOptions,
): Agreement & { readonly rules: number; readonly files: number } {
  const round = randomRound(new Random(seed), COUNTS);
  const externals = round.externals.map(({ expression, value }) => {
    const isInteger = typeof value === "number" && Number.isInteger(value);
    return [expression, isInteger ? BigInt(value) : value];
  });
  agreementOf(sourceOf(round, "today"), Object.fromEntries(externals), round.files, agreement, options);
  return { ...agreement, rules: round.rules.length, files: round.files.length };
}
