/** Tails of binomial laws of any size, as bounds: never too small, and too large by 1/z² where it matters, z standard deviations out. */
import { poissonPmf } from "../math/poisson.ts";

/**
 * Bounds P(X ≥ k), or P(X ≤ k) where k lies below the mean. Beyond k each probability is at most r times the one before it, r their ratio at k, and
 * so all together are at most P(X = k)/(1 − r).
 * @param k a whole number from 0 to n
 */
export function binomialTailBound(k: number, n: number, p: number): number {
  if (k < n * p) return binomialTailBound(n - k, n, 1 - p);
  // Poisson counts with means np and n(1 − p) are binomial once their sum is known to be n.
  const here = (poissonPmf(k, n * p) / poissonPmf(n, n)) * poissonPmf(n - k, n * (1 - p));
  const ratio = ((n - k) / (k + 1)) * (p / (1 - p));
  return ratio >= 1 ? 1 : Math.min(1, here / (1 - ratio));
}

/** Twice the bound of the smaller tail, at most 1. */
export function binomialBoundTwoSided(k: number, n: number, p: number): number {
  return Math.min(1, 2 * binomialTailBound(k, n, p));
}
