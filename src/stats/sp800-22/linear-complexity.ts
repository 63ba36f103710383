import type { BitString } from "../bits.ts";
import { BerlekampMassey } from "../math/berlekamp-massey.ts";
import { bitWords } from "../math/bit-words.ts";
import { chiSquared } from "../math/chi-squared.ts";
import { pearsonUpper } from "../math/pearson.ts";
import { igamc } from "../math/special-functions.ts";
import {
  type ConstantsOption,
  constantsOption,
  header,
  integerOption,
  type MinimumOption,
  notApplicable,
  type Outcome,
} from "./outcome.ts";

export interface LinearComplexityOptions extends MinimumOption, ConstantsOption {
  /** M, bits in a block, at least 500; default 500. A linear generator of s bits of state fails where M > 2s. */
  readonly blockLength?: number;
}

/** Probabilities of T ≤ −2.5, …, T > 2.5 as NIST's program has them; they add up to 1.00005. */
const PRINTED = [0.01047, 0.03125, 0.125, 0.5, 0.25, 0.0625, 0.020833];

/** The same exactly (§3.10): T is a whole number, of probability ½ at 0, 2^−2t at t > 0, 2^(2t−1) at t < 0. */
const EXACT = [1 / 96, 1 / 32, 1 / 8, 1 / 2, 1 / 4, 1 / 16, 1 / 48];

/**
 * SP 800-22 §2.10, linear complexity test: do blocks of M bits need linear feedback shift registers as long as random
 * blocks do? With L the shortest register's length and μ its mean, T = (−1)^M·(L − μ) + 2/9 is counted in seven classes
 * over the N = ⌊n/M⌋ blocks; P = igamc(3, χ²/2). Asks for M ≥ 500 and N ≥ 200 (§2.10.7); that section's M ≤ 5000 limits
 * the work of slower programs, not the validity, and is not enforced.
 */
export function linearComplexity(bits: BitString, options: LinearComplexityOptions = {}): Outcome {
  const M = integerOption("blockLength", options.blockLength, 500, 2, 1 << 24);
  const constants = constantsOption(options.constants);
  const of = header("linear-complexity", "2.10", bits, { blockLength: M, constants });
  const blocks = Math.floor(bits.length / M);
  if (blocks < 1) return notApplicable(of, `${bits.length} bits hold no block of ${M}`);
  if (options.enforceMinimum ?? true) {
    if (M < 500) return notApplicable(of, `blocks of ${M} bits are shorter than the 500 needed`);
    if (blocks < 200) return notApplicable(of, `${blocks} blocks are fewer than the 200 needed`);
  }

  const words = bitWords(bits);
  const register = new BerlekampMassey(M);
  const sign = M % 2 === 0 ? 1 : -1;
  const mean = M / 2 + (9 - sign) / 36 - (M / 3 + 2 / 9) / 2 ** M;
  const counts = [0, 0, 0, 0, 0, 0, 0];
  for (let block = 0; block < blocks; block++) {
    const T = sign * (register.linearComplexity(words, block * M) - mean) + 2 / 9;
    counts[Math.min(6, Math.max(0, Math.ceil(T + 2.5)))]!++;
  }
  const nist = chiSquared(counts, PRINTED);
  const exact = chiSquared(counts, EXACT);
  const exactPValues = [pearsonUpper(counts, EXACT)];
  return {
    ...of,
    kind: "hypothesis",
    statistic: constants === "exact" ? exact : nist,
    pValues: constants === "exact" ? exactPValues : [igamc(3, nist / 2)],
    exactPValues,
    details: { blocks, mean, counts },
  };
}
