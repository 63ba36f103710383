/** Tests of SP 800-22 as the battery runs them, fitted to the data where the standard's own form does not serve. */

import type { BitString } from "../bits.ts";
import type { TestResult } from "../result.ts";
import { approximateEntropy } from "../sp800-22/approximate-entropy.ts";
import { frequency } from "../sp800-22/frequency.ts";
import { LEAST_MATCHES, nonOverlappingTemplate } from "../sp800-22/non-overlapping-template.ts";
import { runs } from "../sp800-22/runs.ts";
import { serial } from "../sp800-22/serial.ts";
import { notEnoughData } from "./not-enough-data.ts";

/** |π − ½| ≥ 2/√n of §2.3.4 (2) in standard deviations, |S|/√n. */
export const UNBALANCED = 4;

/**
 * Where the ones are too unbalanced for the runs to be judged, the standard sets P = 0 (§2.3.4 (2)), although one
 * good sequence in 16,000 is as unbalanced. Here the frequency test's p-value takes its place.
 */
export function balancedRuns(bits: BitString): TestResult {
  const result = runs(bits);
  const balance = frequency(bits);
  if (result.kind !== "hypothesis" || balance.kind !== "hypothesis") return result;
  const unbalanced = balance.statistic >= UNBALANCED;
  return unbalanced ? { ...result, pValues: balance.pValues } : result;
}

/** Takes the standard's m = 16, or the longest patterns that n allows (§2.11.7: m < ⌊log₂ n⌋ − 2), from 128 bits on. */
export function fittedSerial(bits: BitString): TestResult {
  const length = Math.floor(Math.log2(bits.length)) - 3;
  const result = serial(bits, { patternLength: between(2, length, 16) });
  return length >= 4 ? result : notEnoughData(result, 128, "bits");
}

/**
 * Takes the standard's m = 10, or patterns short enough for χ² to have its law. With k = 2^(m+1) patterns its mean is
 * too large by k²/(8n), which stays below 0.02 of its standard deviation √k where k^1.5 < 0.16·n. (With the longest m
 * that §2.12.7 allows, 1.4 % of good sequences of 32,768 bits fail at 1 %.)
 */
export function fittedApproximateEntropy(bits: BitString): TestResult {
  const length = Math.min(
    Math.floor((2 / 3) * Math.log2(0.16 * bits.length)) - 1,
    Math.floor(Math.log2(bits.length)) - 6,
  );
  return approximateEntropy(bits, { patternLength: between(1, length, 10) });
}

/** Blocks of the template test: the standard's N. */
const BLOCKS = 8;

/** Takes the standard's m = 9, or templates short enough for LEAST_MATCHES in each block. */
export function fittedTemplates(bits: BitString): TestResult {
  const length = Math.floor(Math.log2(bits.length / (BLOCKS * LEAST_MATCHES)));
  const result = nonOverlappingTemplate(bits, {
    templateLength: between(2, length, 9),
    blocks: BLOCKS,
    constants: "exact",
  });
  return length >= 2 ? result : notEnoughData(result, 4 * BLOCKS * LEAST_MATCHES, "bits");
}

function between(least: number, value: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
