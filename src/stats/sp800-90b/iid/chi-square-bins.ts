/** Shared by the chi-square tests of SP 800-90B §5.2: proportions, bins that are large enough, and the verdict. */

import { chiSquareUpper } from "../../math/tails.ts";
import { type NotApplicable, notApplicable } from "../estimate.ts";

/** Least expected count of a bin for χ² to follow its distribution (§5.2.1). */
export const LEAST_EXPECTED = 5;
/** The probability that IID data fail: §5.2. */
export const ALPHA = 0.001;

export interface ChiSquareResult {
  readonly kind: "chi-square";
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
  readonly passed: boolean;
}

/** Returns not-applicable if no degree of freedom is left. */
export function chiSquareResult(
  statistic: number,
  degreesOfFreedom: number,
): ChiSquareResult | NotApplicable {
  if (degreesOfFreedom < 1) return notApplicable("too few symbols for two bins of 5");
  const pValue = chiSquareUpper(statistic, degreesOfFreedom);
  return { kind: "chi-square", statistic, degreesOfFreedom, pValue, passed: pValue >= ALPHA };
}

/**
 * Computes the share of each symbol by adding 1/n for each occurrence, as NIST's program does. The rounding errors decide
 * which of two equally frequent pairs of symbols enters a bin first, so they are part of the result.
 */
export function proportions(symbols: Uint8Array, alphabetSize: number): Float64Array {
  const shares = new Float64Array(alphabetSize);
  const step = 1 / symbols.length;
  for (let i = 0; i < symbols.length; i++) shares[symbols[i]!]! += step;
  return shares;
}

export interface Bins {
  /** The bin of each value. */
  readonly binOf: Int32Array;
  /** Expected count of each bin. */
  readonly expected: readonly number[];
}

/** Merges values, the rarest first and equally rare ones in their order, until each bin is expected 5 times. */
export function allocateBins(expectedCounts: Float64Array): Bins {
  const order = Int32Array.from(expectedCounts, (_, value) => value);
  order.sort((a, b) => expectedCounts[a]! - expectedCounts[b]! || a - b);
  const binOf = new Int32Array(order.length);
  const expected: number[] = [];
  let sum = 0;
  for (const value of order) {
    if (sum >= LEAST_EXPECTED) {
      expected.push(sum);
      sum = 0;
    }
    binOf[value] = expected.length;
    sum += expectedCounts[value]!;
  }
  if (sum >= LEAST_EXPECTED || expected.length === 0) expected.push(sum);
  else {
    // Values left over at the end go to the last full bin.
    const last = expected.length - 1;
    expected[last]! += sum;
    for (let value = 0; value < binOf.length; value++) binOf[value] = Math.min(binOf[value]!, last);
  }
  return { binOf, expected };
}

/** χ² of one table of counts. */
export function chiSquareOf(observed: Int32Array, expected: readonly number[]): number {
  let sum = 0;
  for (let bin = 0; bin < expected.length; bin++)
    sum += (observed[bin]! - expected[bin]!) ** 2 / expected[bin]!;
  return sum;
}
