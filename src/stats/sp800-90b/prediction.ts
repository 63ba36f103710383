/** What the four predictors of SP 800-90B §6.3.7–§6.3.10 make of their hits: global and local performance. */

import { bisectDecreasing } from "./bisect.ts";
import { type Estimate, estimate, upperBound } from "./estimate.ts";

/** How well a predictor did. */
export interface Performance {
  /** Predictions scored: the N of the standard. */
  readonly predictions: number;
  /** Correct ones: C. */
  readonly correct: number;
  /** The longest run of correct ones: r − 1. */
  readonly longestRun: number;
}

const LOG_99 = Math.log(0.99);

/** §6.3.7 steps 5–8 for an alphabet of `alphabetSize` symbols. */
export function predictionEstimate(performance: Performance, alphabetSize: number): Estimate {
  const { predictions: n, correct, longestRun } = performance;
  const r = longestRun + 1;
  const pGlobal = correct / n;
  const pGlobalPrime = correct > 0 ? upperBound(pGlobal, n) : -Math.expm1(Math.log(0.01) / n);
  const floor = Math.max(1 / alphabetSize, pGlobalPrime);

  // P_local counts only above the others, so it is sought only if it lies there.
  const logNoLongerRun = (p: number) => logProbabilityOfNoRun(p, r, n);
  const pLocal =
    floor < 1 && logNoLongerRun(floor) > LOG_99 ? bisectDecreasing(logNoLongerRun, LOG_99, floor, 1) : null;

  const minEntropy = -Math.log2(Math.max(floor, pLocal ?? 0));
  return estimate(minEntropy, { c: correct, r, n, pGlobal, pGlobalPrime, pLocal });
}

/**
 * Natural logarithm of the chance that n trials, each a success with probability p, have no run of r successes
 * (Feller; §6.3.7 step 6): log[ (1 − px) / ((r + 1 − rx)·q) / x^(n+1) ], x the root of 1 − x + q·p^r·x^(r+1).
 *
 * The root is 1 + δ with a tiny δ, and in δ nothing cancels:
 * log1p(−pδ/q) − log1p(−rδ) − (n + 1)·log1p(δ).
 */
function logProbabilityOfNoRun(p: number, r: number, n: number): number {
  const q = 1 - p;
  const first = q * p ** r;
  let delta = first;
  for (let i = 0; i < 65; i++) {
    const next = first * Math.exp((r + 1) * Math.log1p(delta));
    if (next <= delta) break;
    delta = next;
  }
  return Math.log1p((-p * delta) / q) - Math.log1p(-r * delta) - (n + 1) * Math.log1p(delta);
}
