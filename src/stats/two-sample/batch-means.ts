/**
 * Tests of two dependent sequences by batch means.
 *
 * Timings depend on their neighbours, so that tests for independent samples call any two recordings different. Here each sequence is cut
 * into BATCHES consecutive batches, and what is compared is the mean of a figure over the batches of the one and of the other. The spread
 * of the batches says how much that mean moves, dependence included, as long as it does not reach much further than a batch
 * (B. W. Schmeiser, Operations Research 30 (1982) 556–568). Where batches still follow their neighbours, the variance is raised by what
 * an autoregression of first order would take: (1 + r)/(1 − r).
 */
import { studentCritical, studentTwoSided } from "./student.ts";

/** Schmeiser finds 10 to 30 enough; with 32 the bound of a test at p = 1e-7 is 6, with 10 it would be 9 standard errors. */
export const BATCHES = 32;

/** The autocorrelation that is reckoned with at most: beyond it there is no stable mean to speak of. */
export const MOST_CORRELATION = 0.95;

/** Mean of a figure over a sequence, and how much it moves. */
export interface BatchMean {
  readonly mean: number;
  /** Variance of the mean. */
  readonly variance: number;
}

/**
 * @param values one a batch
 * @param least variance of the mean that independent samples would have: batches that happen to agree do not claim to know more
 */
export function batchMean(values: ArrayLike<number>, least: number): BatchMean {
  const n = values.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += values[i]! / n;
  let squares = 0;
  let products = 0;
  for (let i = 0; i < n; i++) {
    const x = values[i]! - mean;
    squares += x * x;
    if (i > 0) products += x * (values[i - 1]! - mean);
  }
  // An estimate from n values is too low by about 1/n for independent ones, and more for others (Kendall, Biometrika 41 (1954) 403).
  const raw = squares > 0 ? products / squares : 0;
  const r = Math.min(MOST_CORRELATION, Math.max(0, raw + (1 + 3 * raw) / n));
  const variance = ((squares / (n - 1) / n) * (1 + r)) / (1 - r);
  return { mean, variance: Math.max(variance, least) };
}

/** Pearson's correlation of each value with the next; 0 where all are equal. */
export function neighbourCorrelation(values: ArrayLike<number>): number {
  const n = values.length;
  let sum = 0; // exact for whole numbers: equal ones have no rest that would correlate
  for (let i = 0; i < n; i++) sum += values[i]!;
  const mean = sum / n;
  let [squares, products] = [0, 0];
  for (let i = 0; i < n; i++) {
    const x = values[i]! - mean;
    squares += x * x;
    if (i > 0) products += x * (values[i - 1]! - mean);
  }
  return squares > 0 ? products / squares : 0;
}

export interface FigureTest {
  /** Corrected for the number of figures (Bonferroni). */
  readonly pValue: number;
  /** For each figure, the difference of means that would have been found, nine times in ten, at the level of the test. */
  readonly detectable: Float64Array;
  /** Mean size of the difference of each figure by chance alone. */
  readonly byChance: Float64Array;
}

/** Normal quantile of 0.9: a difference this many standard errors above the bound is found nine times in ten. */
const POWER_90 = 1.2815515655446004;

/** Compares the means of several figures; the most striking one decides (B. L. Welch, Biometrika 34 (1947) 28–35). @param level of the test */
export function compareMeans(a: readonly BatchMean[], b: readonly BatchMean[], level: number): FigureTest {
  const detectable = new Float64Array(a.length);
  const byChance = new Float64Array(a.length);
  const criticals = new Map<number, number>();
  let least = 1;
  for (let k = 0; k < a.length; k++) {
    const [va, vb] = [a[k]!.variance, b[k]!.variance];
    const error = Math.sqrt(va + vb);
    const difference = Math.abs(a[k]!.mean - b[k]!.mean);
    const df = Math.floor(error > 0 ? ((va + vb) ** 2 / (va ** 2 + vb ** 2)) * (BATCHES - 1) : BATCHES - 1);
    if (error > 0) least = Math.min(least, studentTwoSided(difference / error, df));
    else if (difference > 0) least = 0;
    let critical = criticals.get(df);
    if (critical === undefined) {
      critical = studentCritical(level / a.length, df);
      criticals.set(df, critical);
    }
    detectable[k] = (critical + POWER_90) * error;
    byChance[k] = Math.sqrt(2 / Math.PI) * error;
  }
  return { pValue: Math.min(1, least * a.length), detectable, byChance };
}
