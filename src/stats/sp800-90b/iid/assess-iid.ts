/** The IID track of SP 800-90B §3.1.3: the tests of §5, and the min-entropy that holds if the data are IID. */

import { onesIn } from "../../math/bit-words.ts";
import { countsOf } from "../alphabet.ts";
import type { EstimatorResult, NotApplicable } from "../estimate.ts";
import { mostCommonOf, mostCommonValue } from "../most-common-value.ts";
import type { ChiSquareResult } from "./chi-square-bins.ts";
import { chiSquareGoodnessOfFit } from "./chi-square-goodness-of-fit.ts";
import { chiSquareIndependence } from "./chi-square-independence.ts";
import { iidData } from "./iid-data.ts";
import { type LongestRepeatResult, longestRepeatTest } from "./longest-repeat-test.ts";
import type { PermutationTally } from "./permutation-tally.ts";
import { type PermutationOptions, type PermutationResult, permutationTest } from "./permutation-test.ts";

/** Pure data, written to JSON unchanged, at full precision. */
export interface IidAssessment {
  readonly schema: 1;
  readonly bitsPerSymbol: number;
  readonly symbols: number;
  readonly alphabetSize: number;
  readonly independence: ChiSquareResult | NotApplicable;
  readonly goodnessOfFit: ChiSquareResult | NotApplicable;
  readonly longestRepeat: LongestRepeatResult | NotApplicable;
  readonly permutation: PermutationResult | NotApplicable;
  /** Most common value estimate (§6.3.1) of the symbols, in bits per symbol. */
  readonly hOriginal: number;
  /** The same estimate of their bits, in bits per bit; null where two different symbols are bits already. */
  readonly hBitstring: number | null;
  /** min(hOriginal, bitsPerSymbol · hBitstring). Means something only if the data passed. */
  readonly minEntropy: number;
  /**
   * False if a test failed: the data are not IID. True if the permutation test passed and no other test failed.
   * Null if undecided.
   */
  readonly passed: boolean | null;
}

export interface IidOptions extends PermutationOptions {
  /** Look at no more than this many bits of the bit string (1,000,000 in NIST's program with `-t`). */
  readonly truncateBitString?: number | undefined;
  /** Take the symbols for conditioned data (§3.1.5.2): their bits are estimated also where there are only two of them. */
  readonly conditioned?: boolean | undefined;
}

/**
 * @param symbols one a byte, oldest first
 * @param bitsPerSymbol 1 … 8
 * @param tally of the permutation test, made by `countPermutations` with the same options
 * @throws RangeError if a symbol does not fit, or an option is out of range
 */
export function assessIid(
  symbols: Uint8Array,
  bitsPerSymbol: number,
  tally: PermutationTally,
  options: IidOptions = {},
): IidAssessment {
  const data = iidData(symbols, bitsPerSymbol);
  const { alphabetSize } = data;
  const independence = chiSquareIndependence(data);
  const goodnessOfFit = chiSquareGoodnessOfFit(data);
  const longestRepeat = longestRepeatTest(data, options.loops);
  const permutation = permutationTest(data, tally, options);
  const hOriginal = alphabetSize > 1 ? minEntropyOf(mostCommonValue(data)) : 0;
  const hasBits = alphabetSize > (options.conditioned ? 1 : 2);
  const hBitstring = hasBits ? mostCommonBit(symbols, bitsPerSymbol, options.truncateBitString) : null;
  const permuted = permutation.kind === "permutation" ? permutation.passed : null;
  const anyFailed = [independence, goodnessOfFit, longestRepeat, permutation].some(
    (test) => test.kind !== "not-applicable" && test.passed === false,
  );
  return {
    schema: 1,
    bitsPerSymbol,
    symbols: symbols.length,
    alphabetSize,
    independence,
    goodnessOfFit,
    longestRepeat,
    permutation,
    hOriginal,
    hBitstring,
    minEntropy: Math.min(bitsPerSymbol, hOriginal, bitsPerSymbol * (hBitstring ?? 1)),
    passed: anyFailed ? false : permuted,
  };
}

/** Estimates the first bits of the symbols' bit string, which is not written out: only their number counts. */
function mostCommonBit(symbols: Uint8Array, bitsPerSymbol: number, limit = Number.POSITIVE_INFINITY): number {
  const bits = Math.min(symbols.length * bitsPerSymbol, limit);
  const whole = Math.floor(bits / bitsPerSymbol);
  const counts = countsOf(symbols.subarray(0, whole), 2 ** bitsPerSymbol);
  const rest = bits % bitsPerSymbol === 0 ? 0 : symbols[whole]! >> (bitsPerSymbol - (bits % bitsPerSymbol));
  const ones = counts.reduce((sum, count, symbol) => sum + count * onesIn(symbol), onesIn(rest));
  return minEntropyOf(mostCommonOf([bits - ones, ones], bits));
}

/** Returns an estimate; 0 for fewer than two symbols, of which nothing is known. */
function minEntropyOf(result: EstimatorResult): number {
  return result.kind === "estimate" ? result.minEntropy : 0;
}
