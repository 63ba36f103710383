/** Collision estimate for bits, SP 800-90B §6.3.2: the mean wait until some value comes a second time. */

import { Z_99 } from "../constants.ts";
import { type EstimatorResult, estimate, notApplicable, type Sequence } from "./estimate.ts";

/** Waits, and the bits that they take together. */
export interface Waits {
  readonly waits: number;
  readonly sumT: number;
}

/** Waits are of 2 steps (00, 11) or 3 for bits; §6.3.2 steps 2–4. */
export function countWaits({ symbols: bits }: Sequence): Waits {
  const n = bits.length;
  let waits = 0;
  let at = 0;
  while (at + 1 < n) {
    const wait = bits[at] === bits[at + 1] ? 2 : 3;
    if (at + wait > n) break;
    at += wait;
    waits++;
  }
  return { waits, sumT: at };
}

export function collision(bits: Sequence, count = countWaits): EstimatorResult {
  const { waits, sumT } = count(bits);
  if (waits < 2) return notApplicable("needs at least 2 collisions");

  // 2a + 3b = sumT and a + b = waits give the sum of squares 4a + 9b.
  const sumOfSquares = 5 * sumT - 6 * waits;
  const xBar = sumT / waits;
  const sigmaHat = Math.sqrt((sumOfSquares - sumT * xBar) / (waits - 1));
  const xBarPrime = Math.max(2, xBar - (Z_99 * sigmaHat) / Math.sqrt(waits));

  // Step 7's equation in p is X̄′ = 2 + 2p − 2p² for two symbols; it has no solution from 2.5 on.
  const foundP = xBarPrime < 2.5;
  const p = foundP ? 0.5 + Math.sqrt(1.25 - 0.5 * xBarPrime) : 0.5;
  return estimate(-Math.log2(p), { v: waits, sumT, xBar, sigmaHat, xBarPrime, foundP, p });
}
