import type { BitString } from "../bits.ts";
import { type ApproximateEntropyOptions, approximateEntropy } from "./approximate-entropy.ts";
import { type BlockFrequencyOptions, blockFrequency } from "./block-frequency.ts";
import { cumulativeSums } from "./cumulative-sums.ts";
import { dft } from "./dft.ts";
import { frequency } from "./frequency.ts";
import { type LinearComplexityOptions, linearComplexity } from "./linear-complexity.ts";
import { type LongestRunOptions, longestRun } from "./longest-run.ts";
import { type NonOverlappingTemplateOptions, nonOverlappingTemplate } from "./non-overlapping-template.ts";
import type { ConstantsOption, MinimumOption, Outcome } from "./outcome.ts";
import { type OverlappingTemplateOptions, overlappingTemplate } from "./overlapping-template.ts";
import { randomExcursions } from "./random-excursions.ts";
import { randomExcursionsVariant } from "./random-excursions-variant.ts";
import { type RankOptions, rank } from "./rank.ts";
import { runs } from "./runs.ts";
import { type SerialOptions, serial } from "./serial.ts";
import { type UniversalOptions, universal } from "./universal.ts";

/** The tests by identifier, in the order of NIST's report. */
const TESTS = {
  frequency,
  "block-frequency": blockFrequency,
  "cumulative-sums": cumulativeSums,
  runs,
  "longest-run": longestRun,
  rank,
  dft,
  "non-overlapping-template": nonOverlappingTemplate,
  "overlapping-template": overlappingTemplate,
  universal,
  "approximate-entropy": approximateEntropy,
  "random-excursions": randomExcursions,
  "random-excursions-variant": randomExcursionsVariant,
  serial,
  "linear-complexity": linearComplexity,
} as const;

export type Sp80022TestId = keyof typeof TESTS;

export const SP800_22_TESTS = Object.keys(TESTS) as readonly Sp80022TestId[];

/** Every test's own parameters; those not given are the ones of NIST's program. */
export interface Sp80022Options extends MinimumOption, ConstantsOption {
  /** Only these tests, in the suite's order; default all. */
  readonly tests?: readonly Sp80022TestId[];
  readonly blockFrequency?: BlockFrequencyOptions;
  readonly longestRun?: LongestRunOptions;
  readonly rank?: RankOptions;
  readonly nonOverlappingTemplate?: NonOverlappingTemplateOptions;
  readonly overlappingTemplate?: OverlappingTemplateOptions;
  readonly universal?: UniversalOptions;
  readonly approximateEntropy?: ApproximateEntropyOptions;
  readonly serial?: SerialOptions;
  readonly linearComplexity?: LinearComplexityOptions;
}

/**
 * NIST SP 800-22 rev. 1a on one sequence: 15 tests, 188 p-values at the default parameters where all tests apply. The
 * sequence is taken whole; to test several sequences call once for each and see `finalAnalysis`.
 */
export function sp80022(bits: BitString, options: Sp80022Options = {}): Outcome[] {
  const { enforceMinimum = true, constants = "nist" } = options;
  const own: { readonly [id in Sp80022TestId]?: object } = {
    "block-frequency": options.blockFrequency,
    "longest-run": options.longestRun,
    rank: options.rank,
    "non-overlapping-template": options.nonOverlappingTemplate,
    "overlapping-template": options.overlappingTemplate,
    universal: options.universal,
    "approximate-entropy": options.approximateEntropy,
    serial: options.serial,
    "linear-complexity": options.linearComplexity,
  };
  const wanted = options.tests ?? SP800_22_TESTS;
  const unknown = wanted.find((id) => !SP800_22_TESTS.includes(id));
  if (unknown !== undefined) throw new RangeError(`no test "${unknown}" in SP 800-22`);
  return SP800_22_TESTS.filter((id) => wanted.includes(id)).map((id) =>
    TESTS[id](bits, { enforceMinimum, constants, ...own[id] }),
  );
}
