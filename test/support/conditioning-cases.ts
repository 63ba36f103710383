/** Conditioning components and their entropy, computed elsewhere: test/vectors/sp800-90b-conditioning.json says by what. */
import vectors from "../vectors/sp800-90b-conditioning.json" with { type: "json" };

export interface ConditioningCase {
  readonly nIn: number;
  readonly nOut: number;
  readonly nw: number;
  readonly hIn: number;
  readonly hPrime?: number;
  readonly outputEntropy: number;
  readonly hOut: number;
}

export const CONDITIONING_CASES: readonly ConditioningCase[] = vectors.cases;
