import type { BitString } from "../bits.ts";
import { realTransform } from "../math/real-transform.ts";
import { erfc } from "../math/special-functions.ts";
import { header, type MinimumOption, notApplicable, type Outcome } from "./outcome.ts";

/** Most bits: the transform takes 40 bytes of memory a bit, four times as many where n/2 has a prime factor above 61. */
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
  const spectrum = realTransform(signs(bits));
  const limit = n * Math.log(20);
  let below = 0;
  for (let i = 0; i + 1 < n; i += 2) {
    if (spectrum[i]! * spectrum[i]! + spectrum[i + 1]! * spectrum[i + 1]! < limit) below++;
  }
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

/** The bits as +1 and −1. */
function signs({ bytes, length }: BitString): Float64Array {
  const out = new Float64Array(length);
  for (let i = 0; i < length; i++) out[i] = ((bytes[i >> 3]! >> (7 - (i & 7))) & 1) * 2 - 1;
  return out;
}
