/**
 * Tail probabilities that turn a statistic into a p-value. Each tail is computed directly, never as one minus the
 * other, so that a p-value of 1e-90 comes out as 1e-90 and not as 0.
 */

import gammainc from "@stdlib/math-base-special-gammainc";
import binomial from "@stdlib/stats-base-dists-binomial";
import { poissonPmf } from "./poisson.ts";
import { erfc, igamc } from "./special-functions.ts";

/** P(|Z| ≥ |z|) for a standard normal Z. */
export function normalTwoSided(z: number): number {
  return erfc(Math.abs(z) / Math.SQRT2);
}

/** P(Z ≥ z) for a standard normal Z. */
export function normalUpper(z: number): number {
  return erfc(z / Math.SQRT2) / 2;
}

/** P(χ² ≥ x) with `df` degrees of freedom. */
export function chiSquareUpper(x: number, df: number): number {
  if (x <= 0) return 1;
  // Few degrees are asked for most, and have closed forms whose terms are all positive.
  if (df === 1) return erfc(Math.sqrt(x / 2));
  if (df === 2) return Math.exp(-x / 2);
  if (df === 3) return erfc(Math.sqrt(x / 2)) + Math.sqrt((2 * x) / Math.PI) * Math.exp(-x / 2);
  return igamc(df / 2, x / 2);
}

/** P(χ² ≤ x) with `df` degrees of freedom. */
export function chiSquareLower(x: number, df: number): number {
  return x <= 0 ? 0 : igam(df / 2, x / 2);
}

/** Both ends of χ²: twice the smaller tail. Data may be too even as well as too uneven. */
export function chiSquareTwoSided(x: number, df: number): number {
  return twice(Math.min(chiSquareLower(x, df), chiSquareUpper(x, df)));
}

/** P(X ≥ k) for X binomial(n, p). */
export function binomialUpper(k: number, n: number, p: number): number {
  // P(n − X ≤ n − k): this way the small tail is the one computed.
  return k <= 0 ? 1 : binomial.cdf(n - k, n, 1 - p);
}

/** Twice the smaller tail of binomial(n, p) at k, at most 1. Exact, and so conservative by one atom. */
export function binomialTwoSided(k: number, n: number, p: number): number {
  return twice(Math.min(binomial.cdf(k, n, p), binomialUpper(k, n, p)));
}

/** Twice the smaller tail of a Poisson(mean) at k, at most 1. Exact, and so conservative by one atom. */
export function poissonTwoSided(k: number, mean: number): number {
  const lower = igamc(k + 1, mean);
  const upper = k === 0 ? 1 : igam(k, mean);
  return twice(Math.min(lower, upper));
}

/**
 * Twice the smaller tail of a Pearson type III law (a shifted gamma) with the given mean, standard deviation and
 * skewness. It fits a nearly normal statistic of which the first three cumulants are known exactly. (N. L. Johnson,
 * S. Kotz, N. Balakrishnan, Continuous Univariate Distributions 1, §17.1.)
 */
export function pearson3TwoSided(x: number, mean: number, sd: number, skewness: number): number {
  const z = (x - mean) / sd;
  // Below this the two laws agree to 1e-8 and the gamma shape passes 4e8.
  if (Math.abs(skewness) < 1e-4) return normalTwoSided(z);
  // A gamma(a) has skewness 2/√a and standard deviation √a; a negative skewness is its mirror image.
  const shape = 4 / (skewness * skewness);
  const g = shape + Math.sqrt(shape) * (skewness < 0 ? -z : z);
  if (g <= 0) return 0;
  return twice(Math.min(igam(shape, g), igamc(shape, g)));
}

/**
 * Regularized lower incomplete gamma function P(a, x), accurate for small values: the series DLMF 8.11.4, whose terms
 * are all positive. Its first factor x^a·e^(−x)/Γ(a + 1) is a Poisson probability.
 */
export function igam(a: number, x: number): number {
  if (a < 16) return gammainc(x, a, true, false);
  if (x > a + 1) return 1 - igamc(a, x);
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * Number.EPSILON; k++) {
    term *= x / (a + k);
    sum += term;
  }
  return poissonPmf(a, x) * sum;
}

function twice(tail: number): number {
  return Math.min(1, 2 * tail);
}
