import { type NotApplicable, notApplicable } from "../estimate.ts";
import { ALPHA, proportions } from "./chi-square-bins.ts";
import type { IidData } from "./iid-data.ts";
import { PLAIN_IID_LOOPS } from "./iid-loops.ts";

export interface LongestRepeatResult {
  readonly kind: "longest-repeat";
  /** The probability that two symbols are equal: p_col. */
  readonly collisionProbability: number;
  /** Length of the longest substring that occurs twice, which may overlap: W. */
  readonly length: number;
  /** Probability of at least one repeat of that length: Pr(X ≥ 1). */
  readonly pValue: number;
  readonly passed: boolean;
}

/** Length of the longest repeated substring test, SP 800-90B §5.2.5. */
export function longestRepeatTest(
  data: IidData,
  { countRepeats } = PLAIN_IID_LOOPS,
): LongestRepeatResult | NotApplicable {
  const n = data.symbols.length;
  if (data.alphabetSize < 2) return notApplicable("all symbols are equal");
  const length = countRepeats(data).longest;
  if (length === 0) return notApplicable("no symbol occurs twice");
  const collisionProbability = proportions(data.symbols, data.alphabetSize).reduce(
    (sum, p) => sum + p * p,
    0,
  );
  const pairs = ((n - length + 1) * (n - length)) / 2;
  // 1 − (1 − p_col^W)^pairs, without the cancellation: p_col^W may be 1e-300.
  const pValue = -Math.expm1(pairs * Math.log1p(-(collisionProbability ** length)));
  return { kind: "longest-repeat", collisionProbability, length, pValue, passed: pValue >= ALPHA };
}
