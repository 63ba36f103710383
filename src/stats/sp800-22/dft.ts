import type { BitString } from "../bits.ts";
import { countBelow } from "../math/bit-spectrum.ts";
import { erfc } from "../math/special-functions.ts";
import { chiSquareUpper, pearson3TwoSided } from "../math/tails.ts";
import {
  type ConstantsOption,
  constantsOption,
  header,
  type MinimumOption,
  notApplicable,
  type Outcome,
} from "./outcome.ts";

/** Most bits: the transform takes up to 64 MB for them, some ten times as much where n has few divisors below 64. */
const LONGEST = 2 ** 26;

/** Share of moduli that lie above T, and T²/n. */
const ABOVE = 0.05;
const LEVEL = -Math.log(ABOVE);

/**
 * SP 800-22 §2.6, discrete Fourier transform (spectral) test: are there periods in the bits? Of the moduli of the first
 * ⌊n/2⌋ values of the transform of the bits as ±1 (the constant one included, that of n/2 not), 95 % should lie below
 * T = √(n·ln 20). d = (N₁ − N₀)/√(n·0.95·0.05/4), N₀ = 0.95·n/2; P = erfc(|d|/√2). Asks for n ≥ 1000.
 */
export function dft(bits: BitString, options: MinimumOption & ConstantsOption = {}): Outcome {
  const constants = constantsOption(options.constants);
  const of = header("dft", "2.6", bits, { constants });
  const n = bits.length;
  const least = (options.enforceMinimum ?? true) ? 1000 : 2;
  if (n < least) return notApplicable(of, `${n} bits are fewer than the ${least} needed`);
  if (n > LONGEST)
    return notApplicable(of, `${n} bits are more than the ${LONGEST} the transform has memory for`);
  const limit = n * LEVEL;
  const below = countBelow(bits, limit);
  const expected = (0.95 * n) / 2;
  const statistic = (below - expected) / Math.sqrt((n * 0.95 * 0.05) / 4);
  const exactPValues = [aboveTwoSided(Math.floor(n / 2) - below, Math.floor(n / 2))];
  return {
    ...of,
    kind: "hypothesis",
    statistic,
    pValues: constants === "exact" ? exactPValues : [erfc(Math.abs(statistic) * Math.SQRT1_2)],
    exactPValues,
    details: { threshold: Math.sqrt(limit), below, expected },
  };
}

/**
 * Twice the smaller tail of the number of values above T. The squared moduli over n are exponential, but for the constant one, and
 * their sum is given (Parseval). So from the indicator of each is taken what its linear regression on the exponential E explains:
 * I − p − p·t·(E − 1), with p = ABOVE and t = LEVEL, which has these second and third moments. The standard's variance is a
 * twentieth too small. (Without the third: F. Pareschi, R. Rovatti, G. Setti, IEEE Trans. Inf. Forensics Secur. 7 (2012) 491–505.)
 */
export function aboveTwoSided(above: number, values: number): number {
  const [p, t] = [ABOVE, LEVEL];
  const mean = p * (values - 1) + chiSquareUpper(t, 1);
  const variance = values * (p * (1 - p) - (p * t) ** 2);
  const third =
    values *
    (p * (1 - p) * (1 - 2 * p) - 3 * (1 - 2 * p) * (p * t) ** 2 + 3 * p ** 3 * t ** 4 - 2 * (p * t) ** 3);
  // A count of k is all from k − ½ on, or up to k + ½.
  const off = above - mean;
  const from = mean + Math.sign(off) * Math.max(0, Math.abs(off) - 0.5);
  return pearson3TwoSided(from, mean, Math.sqrt(variance), third / variance ** 1.5);
}
