/**
 * The battery of 31 tests that a report prints first. Fourteen are those of SP 800-22, here with exact
 * constants where the standard's are rounded; the others, with the laws their p-values come from, are in
 * `other/`.
 */

import { type BitString, bitString } from "./bits.ts";
import { andersonDarling } from "./other/anderson-darling.ts";
import { autocorrelation } from "./other/autocorrelation.ts";
import { birthdaySpacings } from "./other/birthday-spacings.ts";
import { bitAvalanche } from "./other/bit-avalanche.ts";
import { byteFrequency } from "./other/byte-frequency.ts";
import { ByteTally } from "./other/byte-tally.ts";
import { compressionRatio } from "./other/compression-ratio.ts";
import { crossCorrelation } from "./other/cross-correlation.ts";
import { kolmogorovSmirnov } from "./other/kolmogorov-smirnov.ts";
import { lagCorrelation } from "./other/lag-correlation.ts";
import { lempelZivComplexity } from "./other/lempel-ziv.ts";
import { meanVariance } from "./other/mean-variance.ts";
import { minEntropy } from "./other/min-entropy.ts";
import { monteCarloPi } from "./other/monte-carlo-pi.ts";
import { notEnoughData } from "./other/not-enough-data.ts";
import { permutationEntropy } from "./other/permutation-entropy.ts";
import { serialCorrelation } from "./other/serial-correlation.ts";
import { shannonEntropy } from "./other/shannon-entropy.ts";
import { spectralFlatness } from "./other/spectral-flatness.ts";
import type { TestResult } from "./result.ts";
import { approximateEntropy } from "./sp800-22/approximate-entropy.ts";
import { blockFrequency } from "./sp800-22/block-frequency.ts";
import { cumulativeSums } from "./sp800-22/cumulative-sums.ts";
import { dft } from "./sp800-22/dft.ts";
import { frequency } from "./sp800-22/frequency.ts";
import { linearComplexity } from "./sp800-22/linear-complexity.ts";
import { longestRun } from "./sp800-22/longest-run.ts";
import { nonOverlappingTemplate } from "./sp800-22/non-overlapping-template.ts";
import { overlappingTemplate } from "./sp800-22/overlapping-template.ts";
import { randomExcursions } from "./sp800-22/random-excursions.ts";
import { rank } from "./sp800-22/rank.ts";
import { runs } from "./sp800-22/runs.ts";
import { serial } from "./sp800-22/serial.ts";
import { universal } from "./sp800-22/universal.ts";

export type BatteryGroup =
  | "frequency"
  | "runs"
  | "serial"
  | "spectral"
  | "entropy"
  | "correlation"
  | "distribution"
  | "pattern"
  | "advanced"
  | "practical";

/** The data in the three forms the tests want. */
export interface BatteryData {
  readonly bytes: Uint8Array;
  readonly bits: BitString;
  readonly tally: ByteTally;
}

export interface BatteryTest {
  readonly id: string;
  readonly group: BatteryGroup;
  readonly title: string;
  run(data: BatteryData): TestResult;
}

/** |π − ½| ≥ 2/√n in standard deviations, |S|/√n. */
const UNBALANCED = 4;

const EXACT = { constants: "exact" } as const;

/** All tests, in the order and the groups in which they are shown. */
export const BATTERY: readonly BatteryTest[] = [
  entry("monobit", "frequency", "Monobit frequency", ({ bits }) => nist(frequency(bits))),
  entry("block-frequency", "frequency", "Block frequency", ({ bits }) => nist(blockFrequency(bits))),
  entry("byte-frequency", "frequency", "Byte frequency", ({ tally }) => byteFrequency(tally)),
  entry("runs", "runs", "Runs", ({ bits }) => nist(runsOf(bits))),
  entry("longest-run", "runs", "Longest run of ones", ({ bits }) => nist(longestRun(bits, EXACT))),
  entry("serial", "serial", "Serial", ({ bits }) => nist(serialOf(bits))),
  entry("approximate-entropy", "serial", "Approximate entropy", ({ bits }) =>
    nist(approximateEntropyOf(bits)),
  ),
  entry("dft", "spectral", "Discrete Fourier transform", ({ bits }) => nist(dft(bits))),
  entry("spectral-flatness", "spectral", "Spectral flatness", ({ bytes }) => spectralFlatness(bytes)),
  entry("shannon-entropy", "entropy", "Shannon entropy", ({ tally }) => shannonEntropy(tally)),
  entry("min-entropy", "entropy", "Min-entropy", ({ tally }) => minEntropy(tally)),
  entry("permutation-entropy", "entropy", "Permutation entropy", ({ bytes }) => permutationEntropy(bytes)),
  entry("compression-ratio", "entropy", "Compression ratio", ({ bytes }) => compressionRatio(bytes)),
  entry("lempel-ziv", "entropy", "Kolmogorov complexity (LZ76)", ({ bits }) => lempelZivComplexity(bits)),
  entry("autocorrelation", "correlation", "Autocorrelation of bits", ({ bits }) => autocorrelation(bits)),
  entry("serial-correlation", "correlation", "Serial correlation of bytes", ({ tally }) =>
    serialCorrelation(tally),
  ),
  entry("lag-correlation", "correlation", "Lag-N correlation of bytes", ({ bytes }) => lagCorrelation(bytes)),
  entry("cross-correlation", "correlation", "Cross-correlation", ({ bytes, tally }) =>
    crossCorrelation(bytes, tally),
  ),
  entry("kolmogorov-smirnov", "distribution", "Kolmogorov–Smirnov", ({ tally }) => kolmogorovSmirnov(tally)),
  entry("anderson-darling", "distribution", "Anderson–Darling", ({ tally }) => andersonDarling(tally)),
  entry("overlapping-template", "pattern", "Overlapping template", ({ bits }) =>
    nist(overlappingTemplate(bits, EXACT)),
  ),
  entry("non-overlapping-template", "pattern", "Non-overlapping templates", ({ bits }) =>
    nist(templatesOf(bits)),
  ),
  entry("universal", "pattern", "Maurer's universal", ({ bits }) => nist(universal(bits, EXACT))),
  entry("matrix-rank", "advanced", "Binary matrix rank", ({ bits }) => nist(rank(bits, EXACT))),
  entry("linear-complexity", "advanced", "Linear complexity", ({ bits }) =>
    nist(linearComplexity(bits, EXACT)),
  ),
  entry("cumulative-sums", "advanced", "Cumulative sums", ({ bits }) => nist(cumulativeSums(bits))),
  entry("random-excursions", "advanced", "Random excursions", ({ bits }) => nist(randomExcursions(bits))),
  entry("birthday-spacings", "advanced", "Birthday spacings", ({ bytes }) => birthdaySpacings(bytes)),
  entry("bit-avalanche", "practical", "Bit avalanche", ({ tally }) => bitAvalanche(tally)),
  entry("monte-carlo-pi", "practical", "Monte Carlo π", ({ tally }) => monteCarloPi(tally)),
  entry("mean-variance", "practical", "Mean and variance", ({ tally }) => meanVariance(tally)),
];

function entry(
  id: string,
  group: BatteryGroup,
  title: string,
  run: (data: BatteryData) => TestResult,
): BatteryTest {
  return { id, group, title, run };
}

export interface BatteryOptions {
  /** Identifiers of the tests to run; default all, always in the battery's order. */
  readonly tests?: readonly string[];
}

/**
 * Runs the battery: one result a test, suite "battery", in order. Any length of data, none included: tests
 * that need more are "not-applicable".
 *
 * @throws TypeError unless given bytes
 * @throws RangeError for an unknown test
 */
export function battery(bytes: Uint8Array, options: BatteryOptions = {}): TestResult[] {
  if (!(bytes instanceof Uint8Array)) throw new TypeError("the battery takes bytes");
  const { tests } = options;
  const unknown = tests?.find((id) => !BATTERY.some((test) => test.id === id));
  if (unknown !== undefined) throw new RangeError(`the battery has no test "${unknown}"`);
  const data: BatteryData = { bytes, bits: bitString(bytes), tally: new ByteTally(bytes) };
  return BATTERY.filter((test) => tests?.includes(test.id) ?? true).map((test) => ({
    ...test.run(data),
    test: test.id,
  }));
}

/** A result of SP 800-22 as one of the battery. */
function nist(result: TestResult): TestResult {
  return { ...result, suite: "battery", section: `SP 800-22 §${result.section}` };
}

/**
 * Where the ones are too unbalanced for the runs to be judged the standard sets P = 0 (§2.3.4 (2)), though one
 * good sequence in 16,000 is; the p-value of that finding is the frequency test's.
 */
function runsOf(bits: BitString): TestResult {
  const result = runs(bits);
  const balance = frequency(bits);
  if (result.kind !== "hypothesis" || balance.kind !== "hypothesis") return result;
  const unbalanced = balance.statistic >= UNBALANCED;
  return unbalanced ? { ...result, pValues: balance.pValues } : result;
}

/** The standard's m = 16, or the longest patterns that n allows (§2.11.7: m < ⌊log₂ n⌋ − 2), from 128 bits on. */
function serialOf(bits: BitString): TestResult {
  const length = Math.floor(Math.log2(bits.length)) - 3;
  const result = serial(bits, { patternLength: between(2, length, 16) });
  return length >= 4 ? result : notEnoughData(result, 128, "bits");
}

/**
 * The standard's m = 10, or patterns short enough for χ² to have its law: with k = 2^(m+1) patterns its mean
 * is too large by k²/(8n), which stays below 0.02 of its standard deviation √k where k^1.5 < 0.16·n. (With the
 * longest m that §2.12.7 allows, 1.4 % of good sequences of 32,768 bits fail at 1 %.)
 */
function approximateEntropyOf(bits: BitString): TestResult {
  const length = Math.min(
    Math.floor((2 / 3) * Math.log2(0.16 * bits.length)) - 1,
    Math.floor(Math.log2(bits.length)) - 6,
  );
  return approximateEntropy(bits, { patternLength: between(1, length, 10) });
}

/**
 * The standard's m = 9, or shorter templates, so that each is expected at least 64 times in each of the eight
 * blocks: the law is that of normal counts, and their tails are held against α divided by up to 148.
 */
function templatesOf(bits: BitString): TestResult {
  const length = Math.floor(Math.log2(bits.length / (8 * 64)));
  const result = nonOverlappingTemplate(bits, { templateLength: between(2, length, 9) });
  return length >= 2 ? result : notEnoughData(result, 4 * 8 * 64, "bits");
}

function between(least: number, value: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
