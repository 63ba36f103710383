/** Most common value estimate, SP 800-90B §6.3.1: from the upper bound of the most frequent symbol's share. */

import { countSymbols } from "./alphabet.ts";
import { type EstimatorResult, estimate, notApplicable, type Sequence } from "./estimate.ts";
import { upperBound } from "./upper-bounds.ts";

export function mostCommonValue(sequence: Sequence, count = countSymbols): EstimatorResult {
  return mostCommonOf(count(sequence), sequence.symbols.length);
}

/** @param counts of each of the symbols @param n of all */
export function mostCommonOf(counts: ArrayLike<number>, n: number): EstimatorResult {
  if (n < 2) return notApplicable("needs at least 2 symbols");
  const modeCount = Math.max(...Array.from(counts));
  const pHat = modeCount / n;
  const pU = upperBound(pHat, n);
  return estimate(-Math.log2(pU), { modeCount, pHat, pU });
}
