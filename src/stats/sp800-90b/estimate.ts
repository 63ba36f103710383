/**
 * What one estimator of SP 800-90B §6.3 says about one sequence, and the two formulas that several share.
 */

/** Min-entropy in bits per symbol of the sequence that was looked at, with the numbers on the way. */
export interface Estimate {
  readonly kind: "estimate";
  readonly minEntropy: number;
  readonly details: Readonly<Record<string, number | boolean | null>>;
}

/** The estimator cannot run on these data: neither good nor bad news. */
export interface NotApplicable {
  readonly kind: "not-applicable";
  readonly reason: string;
}

export type EstimatorResult = Estimate | NotApplicable;

/**
 * Symbols 0 … alphabetSize − 1, one a byte, oldest first: either the samples renumbered to the symbols that
 * occur, or the bit string (alphabetSize 2).
 */
export interface Sequence {
  readonly symbols: Uint8Array;
  readonly alphabetSize: number;
}

/** Φ⁻¹(0.995): the upper end of a two-sided 99 % interval (the 2.576 of §6.3, to double precision). */
export const Z_99 = 2.5758293035489008;

/** p_u = min(1, p̂ + Z·√(p̂(1 − p̂)/(n − 1))), §6.3.1 step 2; the same in §6.3.5, §6.3.6 and, as P′_global, §6.3.7. */
export function upperBound(pHat: number, n: number): number {
  if (pHat >= 1) return 1;
  return Math.min(1, pHat + Z_99 * Math.sqrt((pHat * (1 - pHat)) / (n - 1)));
}

/** An estimate; rounding may leave an entropy of −0, which is printed as 0. */
export function estimate(minEntropy: number, details: Estimate["details"]): Estimate {
  return { kind: "estimate", minEntropy: Math.max(0, minEntropy), details };
}

export function notApplicable(reason: string): NotApplicable {
  return { kind: "not-applicable", reason };
}
