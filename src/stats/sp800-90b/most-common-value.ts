/** Most common value estimate, SP 800-90B §6.3.1: from the upper bound of the most frequent symbol's share. */

import { type EstimatorResult, estimate, notApplicable, type Sequence } from "./estimate.ts";
import { upperBound } from "./upper-bounds.ts";

export function mostCommonValue({ symbols, alphabetSize }: Sequence): EstimatorResult {
  const n = symbols.length;
  if (n < 2) return notApplicable("needs at least 2 symbols");
  const counts = new Int32Array(alphabetSize);
  for (let i = 0; i < n; i++) counts[symbols[i]!]!++;
  const modeCount = counts.reduce((most, count) => Math.max(most, count), 0);
  const pHat = modeCount / n;
  const pU = upperBound(pHat, n);
  return estimate(-Math.log2(pU), { modeCount, pHat, pU });
}
