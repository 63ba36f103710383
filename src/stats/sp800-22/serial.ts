import type { BitString } from "../bits.ts";
import { countCyclicPatterns, LONGEST_PATTERN, shorterPatterns } from "../math/pattern-counts.ts";
import { igamc } from "../math/special-functions.ts";
import { header, integerOption, type MinimumOption, notApplicable, type Outcome } from "./outcome.ts";

export interface SerialOptions extends MinimumOption {
  /** m, bits in the longest pattern counted; default 16. */
  readonly patternLength?: number;
}

/**
 * SP 800-22 §2.11, serial test: do all patterns of m bits occur equally often? With ψ²(m) the χ² of the counts of m-bit
 * patterns, ∇ψ² = ψ²(m) − ψ²(m−1) and ∇²ψ² = ψ²(m) − 2ψ²(m−1) + ψ²(m−2); P₁ = igamc(2^(m−2), ∇ψ²/2),
 * P₂ = igamc(2^(m−3), ∇²ψ²/2). Asks for m < ⌊log₂ n⌋ − 2 (§2.11.7).
 */
export function serial(bits: BitString, options: SerialOptions = {}): Outcome {
  const m = integerOption("patternLength", options.patternLength, 16, 2, LONGEST_PATTERN);
  const of = header("serial", "2.11", bits, { patternLength: m });
  const n = bits.length;
  if (n < m) return notApplicable(of, `${n} bits hold no pattern of ${m}`);
  const longest = Math.floor(Math.log2(n)) - 3;
  if ((options.enforceMinimum ?? true) && m > longest) {
    return notApplicable(of, `patterns of ${m} bits need ${2 ** (m + 3)} bits, there are ${n}`);
  }
  const counts = countCyclicPatterns(bits, m);
  const counts1 = shorterPatterns(counts);
  const counts2 = shorterPatterns(counts1);
  const psi = [psiSquared(counts, n), psiSquared(counts1, n), psiSquared(counts2, n)] as const;
  const first = Math.max(0, psi[0] - psi[1]);
  const second = Math.max(0, psi[0] - 2 * psi[1] + psi[2]);
  const pValues = [igamc(2 ** (m - 2), first / 2), igamc(2 ** (m - 3), second / 2)] as const;
  return {
    ...of,
    kind: "hypothesis",
    statistic: pValues[0] <= pValues[1] ? first : second,
    pValues,
    labels: ["∇ψ²", "∇²ψ²"],
    details: { psiSquared: psi, delta: first, delta2: second },
  };
}

/** ψ² = (2^m/n)·Σ(count − n/2^m)², which is 0 for patterns of 0 bits. */
function psiSquared(counts: Uint32Array, n: number): number {
  const expected = n / counts.length;
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += (counts[i]! - expected) ** 2;
  return sum / expected;
}
