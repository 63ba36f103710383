import type { BitString } from "../bits.ts";
import { bitWords, onesIn, wordAt } from "../math/bit-words.ts";
import { binomialTwoSided } from "../math/tails.ts";
import type { TestHeader, TestResult } from "../result.ts";
import { notEnoughData } from "./not-enough-data.ts";

const LAGS = 64;
const MINIMUM_BITS = 1024;

/**
 * Autocorrelation of the bits at lags 1–64: the number of bits that differ from the one `lag` later is exactly
 * binomial(n − lag, ½), since the XORs are independent fair bits themselves (Menezes, van Oorschot &
 * Vanstone, Handbook of Applied Cryptography, §5.4.4 (v)). One two-sided p-value a lag.
 */
export function autocorrelation(bits: BitString): TestResult {
  const header: TestHeader = {
    suite: "battery",
    test: "autocorrelation",
    section: "Menezes et al. 1996, §5.4.4 (v)",
    params: { lags: LAGS },
    n: bits.length,
  };
  if (bits.length < MINIMUM_BITS) return notEnoughData(header, MINIMUM_BITS, "bits");
  const words = bitWords(bits);
  const pValues: number[] = [];
  const labels: string[] = [];
  let worst = 0;
  for (let lag = 1; lag <= LAGS; lag++) {
    const total = bits.length - lag;
    const differing = countDiffering(words, 0, total, lag);
    const z = (2 * differing - total) / Math.sqrt(total);
    if (Math.abs(z) > Math.abs(worst)) worst = z;
    pValues.push(binomialTwoSided(differing, total, 0.5));
    labels.push(`lag ${lag}`);
  }
  return { ...header, kind: "hypothesis", statistic: worst, pValues, labels };
}

/** Counts those of the `count` bits from `start` on that differ from the bit `lag` places later. */
export function countDiffering(words: Int32Array, start: number, count: number, lag: number): number {
  let differing = 0;
  const end = start + count;
  let at = start;
  for (; at + 32 <= end; at += 32) differing += onesIn(wordAt(words, at) ^ wordAt(words, at + lag));
  if (at < end) differing += onesIn((wordAt(words, at) ^ wordAt(words, at + lag)) >>> (32 - (end - at)));
  return differing;
}
