/** Pearson's χ² of draws from cells that are all equally likely. */
import { pearson3TwoSided } from "../math/tails.ts";

/** The gamma law errs by so much at most, from 1e-5 to 1e-14: see test/deep/laws.test.ts. */
const MARGIN = 1.5;

export interface EvenCells {
  /** χ², and the chance of one as far out on its side, doubled: sequences can be too even as well. */
  readonly statistic: number;
  readonly p: number;
}

/**
 * Compares counts with equal chances.
 *
 * With n draws χ² = (2C + n)·cells/n − n, C the number of pairs of draws in one cell. Two pairs are always independent, three unless they are
 * those of three draws. So with q = 1/cells and m = n(n − 1)/2 the first cumulants of C are mq, mq(1 − q), and
 * mq(1 − q)(1 − 2q) + n(n − 1)(n − 2)(q² − q³). A shifted gamma law has the same.
 * @param counts whole numbers
 */
export function evenCells(counts: Float64Array): EvenCells {
  let n = 0;
  for (const count of counts) n += count;
  const mean = n / counts.length;
  let squares = 0;
  for (const count of counts) squares += (count - mean) ** 2;
  const statistic = squares / mean;
  return { statistic, p: evenCellsTwoSided(statistic, n, counts.length) };
}

/** Twice the smaller tail of that χ². */
export function evenCellsTwoSided(statistic: number, n: number, cells: number): number {
  const q = 1 / cells;
  const pairs = (n / 2) * (n - 1);
  const variance = pairs * q * (1 - q);
  const third = variance * (1 - 2 * q) + 2 * pairs * (n - 2) * q * q * (1 - q);
  const scale = (2 * cells) / n;
  const p = pearson3TwoSided(statistic, cells - 1, scale * Math.sqrt(variance), third / variance ** 1.5);
  return Math.min(1, MARGIN * p);
}
