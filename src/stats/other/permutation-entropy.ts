import { chiSquared } from "../math/chi-squared.ts";
import { pearsonUpper } from "../math/pearson.ts";
import type { TestHeader, TestResult } from "../result.ts";
import { notEnoughData } from "./not-enough-data.ts";

const ORDER = 4;
/** 4! orders of four different bytes. */
const PATTERNS = 24;
/** The chance that four bytes are all different; the rest share one cell. */
const ALL_DIFFERENT = (255 * 254 * 253) / 256 ** 3;
/** Probabilities of the orders, and of ties. */
const CELLS: readonly number[] = [
  ...new Array<number>(PATTERNS).fill(ALL_DIFFERENT / PATTERNS),
  1 - ALL_DIFFERENT,
];
/** Windows for which five are expected in the rarest cell, that of the ties (1 − 0.9767). */
const MINIMUM_WINDOWS = Math.ceil(5 / (1 - ALL_DIFFERENT));

/**
 * Permutation entropy (C. Bandt, B. Pompe, Phys. Rev. Lett. 88 (2002) 174102) of the bytes, order 4.
 *
 * Overlapping windows, the usual choice, depend on each other, and a χ² of their counts has another law; these do not
 * overlap. Windows with equal bytes have no order and form a cell of their own with its exact probability. 25 cells,
 * 24 degrees of freedom.
 */
export function permutationEntropy(bytes: Uint8Array): TestResult {
  const windows = Math.floor(bytes.length / ORDER);
  const header: TestHeader = {
    suite: "battery",
    test: "permutation-entropy",
    section: "Bandt & Pompe 2002",
    params: { order: ORDER },
    n: bytes.length,
  };
  if (windows < MINIMUM_WINDOWS) return notEnoughData(header, ORDER * MINIMUM_WINDOWS, "bytes");
  // Six comparisons name an order; of the 64 outcomes 24 can occur without ties.
  const outcomes = new Float64Array(64);
  let ties = 0;
  for (let i = 0, end = windows * ORDER; i < end; i += ORDER) {
    const a = bytes[i]!;
    const b = bytes[i + 1]!;
    const c = bytes[i + 2]!;
    const d = bytes[i + 3]!;
    if (a === b || a === c || a === d || b === c || b === d || c === d) ties++;
    else
      outcomes[
        +(a < b) | (+(a < c) << 1) | (+(a < d) << 2) | (+(b < c) << 3) | (+(b < d) << 4) | (+(c < d) << 5)
      ]!++;
  }
  const seen = Array.from(outcomes).filter((count) => count > 0);
  const observed = [...seen, ...new Array<number>(PATTERNS - seen.length).fill(0), ties];
  let entropy = 0;
  for (const count of seen) {
    const share = count / (windows - ties);
    entropy -= share * Math.log2(share);
  }
  return {
    ...header,
    kind: "hypothesis",
    statistic: chiSquared(observed, CELLS),
    pValues: [pearsonUpper(observed, CELLS)],
    // 1 where all orders are equally frequent.
    details: { normalizedEntropy: entropy / Math.log2(PATTERNS) + 0, windows, ties },
  };
}
