/** Distances between two samples: how far apart they are, whatever chance has to do with it. */

export interface Distances {
  /**
   * Kolmogorov's distance, the largest difference of the two distribution functions, 0 to 1 (N. V. Smirnov, Ann. Math. Stat. 19 (1948)
   * 279–281).
   */
  readonly kolmogorov: number;
  /**
   * Cliff's delta, P(b > a) − P(b < a), −1 to 1: above 0 where the second is larger (N. Cliff, Psychological Bulletin 114 (1993)
   * 494–509). It is the effect size of Mann and Whitney's U: δ = 2U/(mn) − 1.
   */
  readonly cliff: number;
}

/** @param a in ascending order, as b; neither empty */
export function distancesOf(a: Float64Array, b: Float64Array): Distances {
  let [i, j] = [0, 0];
  let kolmogorov = 0;
  let cliff = 0;
  while (i < a.length || j < b.length) {
    const value = Math.min(a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY);
    const [firstI, firstJ] = [i, j];
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    // Each value of b that stands here is above the a before it, and below the a after it.
    cliff += ((j - firstJ) / b.length) * ((firstI - (a.length - i)) / a.length);
    kolmogorov = Math.max(kolmogorov, Math.abs(i / a.length - j / b.length));
  }
  return { kolmogorov, cliff };
}

export interface ShareDistances {
  /** Total variation distance of the shares, half the sum of their differences, 0 to 1: so much of either would have to change. */
  readonly totalVariation: number;
  /** Pearson's χ² of the table of two rows. Its law is that of independent draws only. */
  readonly chiSquare: number;
  /** Cramér's V of the same table, √(χ²/N), 0 to 1 (H. Cramér, Mathematical Methods of Statistics, 1946, §21.9). */
  readonly cramerV: number;
}

/** @param a counts by symbol, as b; neither all 0 */
export function shareDistances(a: ArrayLike<number>, b: ArrayLike<number>): ShareDistances {
  const [m, n] = [total(a), total(b)];
  let variation = 0;
  let chiSquare = 0;
  for (let k = 0; k < a.length; k++) {
    const both = a[k]! + b[k]!;
    if (both === 0) continue;
    variation += Math.abs(a[k]! / m - b[k]! / n) / 2;
    const expected = (both * m) / (m + n);
    // The two cells of a column differ from what is expected by the same amount.
    chiSquare += (a[k]! - expected) ** 2 * (1 / expected + 1 / (both - expected));
  }
  return {
    totalVariation: Math.min(1, variation),
    chiSquare,
    cramerV: Math.min(1, Math.sqrt(chiSquare / (m + n))),
  };
}

function total(counts: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < counts.length; k++) sum += counts[k]!;
  return sum;
}
