/** Longest repeated substring estimate, SP 800-90B §6.3.6: collisions of the tuples too rare for the t-tuple estimate. */

import { type EstimatorResult, estimate, notApplicable, type Sequence } from "./estimate.ts";
import type { Repeats } from "./repeats.ts";
import { upperBound } from "./upper-bounds.ts";

export function longestRepeatedSubstring({ symbols }: Sequence, repeats: Repeats): EstimatorResult {
  const n = symbols.length;
  const u = repeats.firstRare;
  const v = repeats.longest;
  if (v < 1) return notApplicable("no symbol occurs twice");
  if (v < u) return notApplicable("every tuple that repeats occurs 35 times or more");
  let pHat = 0;
  for (let length = u; length <= v; length++) {
    const pairs = ((n - length) * (n - length + 1)) / 2;
    pHat = Math.max(pHat, (repeats.equalPairs[length - u]! / pairs) ** (1 / length));
  }
  const pU = upperBound(pHat, n);
  return estimate(-Math.log2(pU), { u, v, pHat, pU });
}
