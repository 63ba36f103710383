/** The result of one estimator of SP 800-90B §6.3 on one sequence. */

/** Min-entropy in bits per symbol of the sequence, with intermediate figures. */
export interface Estimate {
  readonly kind: "estimate";
  readonly minEntropy: number;
  readonly details: Readonly<Record<string, number | boolean | null>>;
}

/** The estimator cannot run on these data, which says nothing about them. */
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

/** Makes an estimate. Rounding may leave an entropy of −0, which becomes 0. */
export function estimate(minEntropy: number, details: Estimate["details"]): Estimate {
  return { kind: "estimate", minEntropy: Math.max(0, minEntropy), details };
}

export function notApplicable(reason: string): NotApplicable {
  return { kind: "not-applicable", reason };
}
