import type { BitString } from "../bits.ts";
import { countCyclicPatterns, LONGEST_PATTERN, shorterPatterns } from "../math/pattern-counts.ts";
import { igamc } from "../math/special-functions.ts";
import { header, integerOption, type MinimumOption, notApplicable, type Outcome } from "./outcome.ts";

export interface ApproximateEntropyOptions extends MinimumOption {
  /** m; patterns of m and m + 1 bits are counted. Default 10. */
  readonly patternLength?: number;
}

/**
 * SP 800-22 §2.12, approximate entropy test: how well do m bits tell the next? ApEn = φ(m) − φ(m + 1) with
 * φ(m) = Σ π·ln π over the proportions of the m-bit patterns; χ² = 2n·(ln 2 − ApEn), P = igamc(2^(m−1), χ²/2).
 * Asks for m < ⌊log₂ n⌋ − 5 (§2.12.7).
 */
export function approximateEntropy(bits: BitString, options: ApproximateEntropyOptions = {}): Outcome {
  const m = integerOption("patternLength", options.patternLength, 10, 1, LONGEST_PATTERN - 1);
  const of = header("approximate-entropy", "2.12", bits, { patternLength: m });
  const n = bits.length;
  if (n <= m) return notApplicable(of, `${n} bits hold no pattern of ${m + 1}`);
  const longest = Math.floor(Math.log2(n)) - 6;
  if ((options.enforceMinimum ?? true) && m > longest) {
    return notApplicable(of, `patterns of ${m} bits need ${2 ** (m + 6)} bits, there are ${n}`);
  }
  const longer = countCyclicPatterns(bits, m + 1);
  const shortfallOfLonger = shortfall(longer, n);
  const shortfallOfShorter = shortfall(shorterPatterns(longer), n);
  const missing = shortfallOfLonger - shortfallOfShorter;
  const statistic = 2 * n * missing;
  return {
    ...of,
    kind: "hypothesis",
    statistic,
    pValues: [igamc(2 ** (m - 1), Math.max(0, statistic) / 2)],
    details: {
      approximateEntropy: Math.LN2 - missing,
      phiM: shortfallOfShorter - m * Math.LN2,
      phiM1: shortfallOfLonger - (m + 1) * Math.LN2,
    },
  };
}

/**
 * Computes how far the patterns' entropy falls short of its largest value: m·ln 2 + φ(m) = Σ π·ln(π·2^m). With
 * π·2^m = 1 + δ, Σδ = 0, this is 2^−m·Σ[(1 + δ)·ln(1 + δ) − δ], all of whose terms are positive and small; the formula as
 * printed takes the difference of numbers near 7 and loses six digits of χ².
 */
function shortfall(counts: Uint32Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    const delta = (counts[i]! * counts.length - n) / n;
    sum += counts[i] === 0 ? 1 : (1 + delta) * Math.log1p(delta) - delta;
  }
  return sum / counts.length;
}
