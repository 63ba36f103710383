import type { BitString } from "../bits.ts";
import { bitWords, onesBetween, onesIn } from "../math/bit-words.ts";
import { erfc } from "../math/special-functions.ts";
import { header, type MinimumOption, notApplicable, type Outcome } from "./outcome.ts";

/**
 * SP 800-22 §2.3, runs test: do the bits change as often as they should? V = number of runs,
 * P = erfc(|V − 2nπ(1−π)| / (2√(2n)·π(1−π))) with π the proportion of ones. Where π itself is off, |π − ½| ≥ 2/√n, the
 * test is not run and P = 0 (§2.3.4 (2)). Asks for n ≥ 100.
 */
export function runs(bits: BitString, options: MinimumOption = {}): Outcome {
  const of = header("runs", "2.3", bits);
  const n = bits.length;
  const least = (options.enforceMinimum ?? true) ? 100 : 1;
  if (n < least) return notApplicable(of, `${n} bits are fewer than the ${least} needed`);
  const words = bitWords(bits);
  const ones = onesBetween(words, 0, n);
  const proportion = ones / n;
  const statistic = changes(words, n) + 1;
  const spread = proportion * (1 - proportion);
  // |π − ½| ≥ 2/√n in whole numbers, as the quotients are rounded.
  const unbalanced = (2 * ones - n) ** 2 >= 16 * n;
  const p = unbalanced ? 0 : erfc(Math.abs(statistic - 2 * n * spread) / (2 * Math.sqrt(2 * n) * spread));
  return { ...of, kind: "hypothesis", statistic, pValues: [p], details: { proportion } };
}

/** Counts the neighbours that differ, among n − 1 pairs. */
function changes(words: Int32Array, n: number): number {
  let count = 0;
  const last = (n - 1) >>> 5;
  for (let i = 0; i < last; i++) count += onesIn(words[i]! ^ ((words[i]! << 1) | (words[i + 1]! >>> 31)));
  const pairs = (n - 1) & 31;
  if (pairs > 0) count += onesIn((words[last]! ^ (words[last]! << 1)) >>> (32 - pairs));
  return count;
}
