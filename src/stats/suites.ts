/**
 * Every test of every suite: the identifier in its results, the title that people read, and the function. Reports,
 * tables and documents take their lists from here. A new test is a file of its own and a line in its suite's list.
 *
 * The estimators of SP 800-90B have their list in sp800-90b/estimators.ts: `probe` and `stream` run them alone, and
 * all other tests take twenty times as long to load.
 */

import type { BitString } from "./bits.ts";
import { PROCEDURE_A } from "./other/ais31-procedure-a.ts";
import { PROCEDURE_B } from "./other/ais31-procedure-b.ts";
import type { Procedure } from "./other/ais31-verdict.ts";
import { andersonDarling } from "./other/anderson-darling.ts";
import { autocorrelation } from "./other/autocorrelation.ts";
import { birthdaySpacings } from "./other/birthday-spacings.ts";
import { bitAvalanche } from "./other/bit-avalanche.ts";
import { byteFrequency } from "./other/byte-frequency.ts";
import type { ByteTally } from "./other/byte-tally.ts";
import { compressionRatio } from "./other/compression-ratio.ts";
import { crossCorrelation } from "./other/cross-correlation.ts";
import { FIPS_RESULTS } from "./other/fips140-2.ts";
import {
  balancedRuns,
  fittedApproximateEntropy,
  fittedSerial,
  fittedTemplates,
} from "./other/fitted-tests.ts";
import { kolmogorovSmirnov } from "./other/kolmogorov-smirnov.ts";
import { lagCorrelation } from "./other/lag-correlation.ts";
import { lempelZivComplexity } from "./other/lempel-ziv.ts";
import { meanVariance } from "./other/mean-variance.ts";
import { minEntropy } from "./other/min-entropy.ts";
import { monteCarloPi } from "./other/monte-carlo-pi.ts";
import { permutationEntropy } from "./other/permutation-entropy.ts";
import { serialCorrelation } from "./other/serial-correlation.ts";
import { shannonEntropy } from "./other/shannon-entropy.ts";
import { spectralFlatness } from "./other/spectral-flatness.ts";
import type { SuiteId, TestName, TestResult } from "./result.ts";
import { approximateEntropy } from "./sp800-22/approximate-entropy.ts";
import { blockFrequency } from "./sp800-22/block-frequency.ts";
import { cumulativeSums } from "./sp800-22/cumulative-sums.ts";
import { dft } from "./sp800-22/dft.ts";
import { frequency } from "./sp800-22/frequency.ts";
import { linearComplexity } from "./sp800-22/linear-complexity.ts";
import { longestRun } from "./sp800-22/longest-run.ts";
import { nonOverlappingTemplate } from "./sp800-22/non-overlapping-template.ts";
import type { ConstantsOption, MinimumOption, Outcome } from "./sp800-22/outcome.ts";
import { overlappingTemplate } from "./sp800-22/overlapping-template.ts";
import { randomExcursions } from "./sp800-22/random-excursions.ts";
import { randomExcursionsVariant } from "./sp800-22/random-excursions-variant.ts";
import { rank } from "./sp800-22/rank.ts";
import { runs } from "./sp800-22/runs.ts";
import { serial } from "./sp800-22/serial.ts";
import { universal } from "./sp800-22/universal.ts";
import { ASSESSMENT_RESULTS } from "./sp800-90b/results.ts";

type Options = MinimumOption & ConstantsOption;

/** A test of the battery. It takes the data in the form that its function is named by: bits, bytes, or sums of bytes. */
export type BatteryTest = TestName &
  (
    | { readonly ofBits: (bits: BitString, options: Options) => TestResult }
    | { readonly ofBytes: (bytes: Uint8Array, tally: ByteTally) => TestResult }
    | { readonly ofTally: (tally: ByteTally) => TestResult }
  );

/** In the order and the groups in which they are shown. */
export const BATTERY: readonly BatteryTest[] = grouped({
  frequency: [
    { id: "monobit", title: "Monobit frequency", ofBits: frequency },
    { id: "block-frequency", title: "Block frequency", ofBits: blockFrequency },
    { id: "byte-frequency", title: "Byte frequency", ofTally: byteFrequency },
  ],
  runs: [
    { id: "runs", title: "Runs", ofBits: balancedRuns },
    { id: "longest-run", title: "Longest run of ones", ofBits: longestRun },
  ],
  serial: [
    { id: "serial", title: "Serial", ofBits: fittedSerial },
    { id: "approximate-entropy", title: "Approximate entropy", ofBits: fittedApproximateEntropy },
  ],
  spectral: [
    { id: "dft", title: "Discrete Fourier transform", ofBits: dft },
    { id: "spectral-flatness", title: "Spectral flatness", ofBytes: spectralFlatness },
  ],
  entropy: [
    { id: "shannon-entropy", title: "Shannon entropy", ofTally: shannonEntropy },
    { id: "min-entropy", title: "Min-entropy", ofTally: minEntropy },
    { id: "permutation-entropy", title: "Permutation entropy", ofBytes: permutationEntropy },
    { id: "compression-ratio", title: "Compression ratio", ofBytes: compressionRatio },
    { id: "lempel-ziv", title: "Kolmogorov complexity (LZ76)", ofBits: lempelZivComplexity },
  ],
  correlation: [
    { id: "autocorrelation", title: "Autocorrelation of bits", ofBits: autocorrelation },
    { id: "serial-correlation", title: "Serial correlation of bytes", ofTally: serialCorrelation },
    { id: "lag-correlation", title: "Lag-N correlation of bytes", ofBytes: lagCorrelation },
    { id: "cross-correlation", title: "Cross-correlation", ofBytes: crossCorrelation },
  ],
  distribution: [
    { id: "kolmogorov-smirnov", title: "Kolmogorov–Smirnov", ofTally: kolmogorovSmirnov },
    { id: "anderson-darling", title: "Anderson–Darling", ofTally: andersonDarling },
  ],
  pattern: [
    { id: "overlapping-template", title: "Overlapping template", ofBits: overlappingTemplate },
    { id: "non-overlapping-template", title: "Non-overlapping templates", ofBits: fittedTemplates },
    { id: "universal", title: "Maurer's universal", ofBits: universal },
  ],
  advanced: [
    { id: "matrix-rank", title: "Binary matrix rank", ofBits: rank },
    { id: "linear-complexity", title: "Linear complexity", ofBits: linearComplexity },
    { id: "cumulative-sums", title: "Cumulative sums", ofBits: cumulativeSums },
    { id: "random-excursions", title: "Random excursions", ofBits: randomExcursions },
    { id: "birthday-spacings", title: "Birthday spacings", ofBytes: birthdaySpacings },
  ],
  practical: [
    { id: "bit-avalanche", title: "Bit avalanche", ofTally: bitAvalanche },
    { id: "monte-carlo-pi", title: "Monte Carlo π", ofTally: monteCarloPi },
    { id: "mean-variance", title: "Mean and variance", ofTally: meanVariance },
  ],
});

function grouped(groups: Readonly<Record<string, readonly BatteryTest[]>>): BatteryTest[] {
  return Object.entries(groups).flatMap(([group, tests]) => tests.map((test) => ({ ...test, group })));
}

/** In the order of NIST's report. */
export const SP800_22 = [
  { id: "frequency", title: "Frequency (monobit)", run: frequency },
  { id: "block-frequency", title: "Block frequency", run: blockFrequency },
  { id: "cumulative-sums", title: "Cumulative sums", run: cumulativeSums },
  { id: "runs", title: "Runs", run: runs },
  { id: "longest-run", title: "Longest run of ones", run: longestRun },
  { id: "rank", title: "Binary matrix rank", run: rank },
  { id: "dft", title: "Discrete Fourier transform", run: dft },
  { id: "non-overlapping-template", title: "Non-overlapping template", run: nonOverlappingTemplate },
  { id: "overlapping-template", title: "Overlapping template", run: overlappingTemplate },
  { id: "universal", title: "Maurer's universal", run: universal },
  { id: "approximate-entropy", title: "Approximate entropy", run: approximateEntropy },
  { id: "random-excursions", title: "Random excursions", run: randomExcursions },
  { id: "random-excursions-variant", title: "Random excursions variant", run: randomExcursionsVariant },
  { id: "serial", title: "Serial", run: serial },
  { id: "linear-complexity", title: "Linear complexity", run: linearComplexity },
] as const satisfies readonly (TestName & { run(bits: BitString, options: Options): Outcome })[];

export const AIS31: readonly Procedure[] = [PROCEDURE_A, PROCEDURE_B];

export interface Suite {
  readonly title: string;
  /** Names of all results that the suite can have, in their order. */
  readonly tests: readonly TestName[];
}

export const SUITES: Readonly<Record<SuiteId, Suite>> = {
  battery: { title: `Battery of ${BATTERY.length} tests`, tests: BATTERY },
  "sp800-22": { title: "NIST SP 800-22 rev. 1a", tests: SP800_22 },
  "sp800-90b": { title: "NIST SP 800-90B, non-IID estimates", tests: ASSESSMENT_RESULTS },
  ais31: {
    title: "AIS 20/31, procedures A and B",
    tests: AIS31.flatMap((procedure) => [procedure, ...procedure.kinds]),
  },
  "fips140-2": { title: "FIPS 140-2 power-up tests", tests: FIPS_RESULTS },
};

/** In the order in which a report shows them. */
export const SUITE_IDS = Object.keys(SUITES) as readonly SuiteId[];

export function testTitle(suite: SuiteId, test: string): string {
  return SUITES[suite].tests.find(({ id }) => id === test)?.title ?? test;
}
