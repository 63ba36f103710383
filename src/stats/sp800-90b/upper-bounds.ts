/** Upper ends of 99 % confidence intervals on a probability, as SP 800-90B §6.3 forms them. */

import { Z_99 } from "../constants.ts";
import { bisectDecreasing } from "./bisect.ts";

/** p_u = min(1, p̂ + Z·√(p̂(1 − p̂)/(n − 1))), §6.3.1 step 2; the same in §6.3.5 and §6.3.6. */
export function upperBound(pHat: number, n: number): number {
  if (pHat >= 1) return 1;
  return Math.min(1, pHat + Z_99 * Math.sqrt((pHat * (1 - pHat)) / (n - 1)));
}

/** P′_global of §6.3.7 step 5: the bound for `hits` right guesses among n, which is 1 − 0.01^(1/n) for none. */
export function proportionUpperBound(hits: number, n: number): number {
  return hits > 0 ? upperBound(hits / n, n) : -Math.expm1(Math.log(0.01) / n);
}

const LOG_99 = Math.log(0.99);

/**
 * The higher of `floor` and P_local of §6.3.7 step 6: the probability of a right guess at which n guesses stay
 * without a run of `longestRun + 1` right ones with probability 0.99. P_local is solved for only where it exceeds
 * `floor`, which one evaluation tells.
 */
export function runUpperBound(longestRun: number, n: number, floor: number): number {
  const logNoLongerRun = (p: number) => logProbabilityOfNoRun(p, longestRun + 1, n);
  // NaN, where the model leaves its domain, is no reason to look further.
  const exceedsFloor = floor < 1 && logNoLongerRun(floor) > LOG_99;
  return exceedsFloor ? bisectDecreasing(logNoLongerRun, LOG_99, floor, 1) : floor;
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
