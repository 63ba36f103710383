/** t-tuple estimate, SP 800-90B §6.3.5: the most frequent tuple of each length that still occurs 35 times. */

import { type EstimatorResult, estimate, notApplicable, type Sequence } from "./estimate.ts";
import type { Repeats } from "./repeats.ts";
import { upperBound } from "./upper-bounds.ts";

export function tTuple({ symbols }: Sequence, repeats: Repeats): EstimatorResult {
  const n = symbols.length;
  const t = repeats.firstRare - 1;
  if (t < 1) return notApplicable("no tuple occurs 35 times");
  let pHatMax = 0;
  for (let length = 1; length <= t; length++) {
    const share = repeats.highestCount[length]! / (n - length + 1);
    pHatMax = Math.max(pHatMax, share ** (1 / length));
  }
  const pU = upperBound(pHatMax, n);
  return estimate(-Math.log2(pU), { t, pHatMax, pU });
}
