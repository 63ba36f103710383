import type { BitString } from "../bits.ts";
import { countBelow } from "../math/bit-spectrum.ts";
import { erfc } from "../math/special-functions.ts";
import { header, type MinimumOption, notApplicable, type Outcome } from "./outcome.ts";

/** Most bits: the transform takes up to 64 MB for them, some ten times as much where n has few divisors below 64. */
const LONGEST = 2 ** 26;

/**
 * SP 800-22 §2.6, discrete Fourier transform (spectral) test: are there periods in the bits? Of the moduli of the first
 * ⌊n/2⌋ values of the transform of the bits as ±1 (the constant one included, that of n/2 not), 95 % should lie below
 * T = √(n·ln 20). d = (N₁ − N₀)/√(n·0.95·0.05/4), N₀ = 0.95·n/2; P = erfc(|d|/√2). Asks for n ≥ 1000.
 */
export function dft(bits: BitString, options: MinimumOption = {}): Outcome {
  const of = header("dft", "2.6", bits);
  const n = bits.length;
  const least = (options.enforceMinimum ?? true) ? 1000 : 2;
  if (n < least) return notApplicable(of, `${n} bits are fewer than the ${least} needed`);
  if (n > LONGEST)
    return notApplicable(of, `${n} bits are more than the ${LONGEST} the transform has memory for`);
  const limit = n * Math.log(20);
  const below = countBelow(bits, limit);
  const expected = (0.95 * n) / 2;
  const statistic = (below - expected) / Math.sqrt((n * 0.95 * 0.05) / 4);
  return {
    ...of,
    kind: "hypothesis",
    statistic,
    pValues: [erfc(Math.abs(statistic) * Math.SQRT1_2)],
    details: { threshold: Math.sqrt(limit), below, expected },
  };
}
