/** The estimate that the predictors of SP 800-90B §6.3.7–§6.3.10 derive from their hits: global and local performance. */

import { type Estimate, estimate, type Sequence } from "./estimate.ts";
import { proportionUpperBound, runUpperBound } from "./upper-bounds.ts";

/** Score of a predictor. */
export interface Score {
  /** Correct predictions: C. */
  readonly correct: number;
  /** The longest run of correct ones: r − 1. */
  readonly longestRun: number;
}

/** Lets a predictor predict each symbol from those before it. */
export type Play = (sequence: Sequence) => Score;

/**
 * §6.3.7 steps 5–8.
 *
 * @param n predictions scored: the N of the standard
 */
export function predictionEstimate(
  n: number,
  { correct, longestRun }: Score,
  alphabetSize: number,
): Estimate {
  const pGlobalPrime = proportionUpperBound(correct, n);
  const floor = Math.max(1 / alphabetSize, pGlobalPrime);
  const highest = runUpperBound(longestRun, n, floor);
  return estimate(-Math.log2(highest), {
    c: correct,
    r: longestRun + 1,
    n,
    pGlobal: correct / n,
    pGlobalPrime,
    pLocal: highest > floor ? highest : null,
  });
}
