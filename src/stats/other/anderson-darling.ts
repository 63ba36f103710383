import { weightedChiSquareUpper } from "../math/weighted-chi-square.ts";
import type { TestHeader, TestResult } from "../result.ts";
import { MINIMUM_BYTES } from "./byte-frequency.ts";
import type { ByteTally } from "./byte-tally.ts";
import { notEnoughData } from "./not-enough-data.ts";

const CELLS = 256;

/**
 * The limit law of A² for equal cells is Σ χ²_j/(j(j+1)), j = 1 … cells − 1: the eigenvectors are the
 * discrete Legendre (Chebyshev) polynomials. The weights add up to E A² = 1 − 1/cells.
 */
const WEIGHTS = Float64Array.from({ length: CELLS - 1 }, (_, i) => 1 / ((i + 1) * (i + 2)));

/**
 * Anderson–Darling test of the bytes against the discrete uniform law on 0–255, in the form for discrete
 * data (V. Choulakian, R. Lockhart, M. Stephens, Can. J. Stat. 22 (1994) 125–137):
 * A² = (1/n)·Σ Z_j²·p_j / (H_j·(1 − H_j)), Z_j the cumulated excess up to value j, H_j = (j + 1)/256.
 */
export function andersonDarling(tally: ByteTally): TestResult {
  const n = tally.length;
  const header: TestHeader = {
    suite: "battery",
    test: "anderson-darling",
    section: "Choulakian, Lockhart & Stephens 1994",
    params: { levels: CELLS },
    n,
  };
  if (n < MINIMUM_BYTES) return notEnoughData(header, MINIMUM_BYTES, "bytes");
  const histogram = tally.histogram();
  let excess = 0;
  let a2 = 0;
  for (let j = 0; j < CELLS - 1; j++) {
    excess += histogram[j]! - n / CELLS;
    const h = (j + 1) / CELLS;
    a2 += (excess * excess) / (CELLS * n * h * (1 - h));
  }
  return { ...header, kind: "hypothesis", statistic: a2, pValues: [weightedChiSquareUpper(a2, WEIGHTS)] };
}
