import type { BitString } from "../bits.ts";
import { bitWords, onesBetween } from "../math/bit-words.ts";
import { erfc } from "../math/special-functions.ts";
import { header, type MinimumOption, notApplicable, type Outcome } from "./outcome.ts";

/**
 * SP 800-22 §2.1, frequency (monobit) test: are there as many ones as zeros?
 * S = ones − zeros, s = |S|/√n, P = erfc(s/√2). Asks for n ≥ 100 (§2.1.7).
 */
export function frequency(bits: BitString, options: MinimumOption = {}): Outcome {
  const of = header("frequency", "2.1", bits);
  const n = bits.length;
  const least = (options.enforceMinimum ?? true) ? 100 : 1;
  if (n < least) return notApplicable(of, `${n} bits are fewer than the ${least} needed`);
  const ones = onesBetween(bitWords(bits), 0, n);
  const sum = 2 * ones - n;
  const statistic = Math.abs(sum) / Math.sqrt(n);
  return {
    ...of,
    kind: "hypothesis",
    statistic,
    pValues: [erfc(statistic * Math.SQRT1_2)],
    details: { ones, sum },
  };
}
