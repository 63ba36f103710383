import type { BitString } from "../bits.ts";
import type { HypothesisResult, NotApplicableResult, TestHeader } from "../result.ts";

/**
 * The result of every test of this suite. Where a test has several p-values, `statistic` belongs to the smallest. `n` is
 * the length of the sequence in bits.
 */
export type Outcome = HypothesisResult | NotApplicableResult;

export interface MinimumOption {
  /**
   * Refuse sequences shorter than the standard asks for (default true). With false the test runs wherever its formula
   * is defined, as in the worked examples of ten bits; its p-value is then only approximate.
   */
  readonly enforceMinimum?: boolean;
}

export interface ConstantsOption {
  /** The printed constants of the standard and NIST's program (default), or exact ones in their place. */
  readonly constants?: Constants;
}

export type Constants = "nist" | "exact";

/** Makes the header of a result. @throws RangeError for sequences whose positions do not fit 32 bits */
export function header(
  test: string,
  section: string,
  bits: BitString,
  params: TestHeader["params"] = {},
): TestHeader {
  if (bits.length >= 2 ** 32) throw new RangeError("sequences of 2^32 bits and more must be cut");
  return { suite: "sp800-22", test, section, params, n: bits.length };
}

export function notApplicable(of: TestHeader, reason: string): NotApplicableResult {
  return { ...of, kind: "not-applicable", reason };
}

/** Returns the option or its default. @throws TypeError, RangeError unless it is an integer of [least, most] */
export function integerOption(
  name: string,
  value: number | undefined,
  fallback: number,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  if (value === undefined) return fallback;
  if (typeof value !== "number") throw new TypeError(`${name} must be a number`);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} must be an integer from ${least} to ${most}, not ${value}`);
  }
  return value;
}

/** @throws RangeError unless it is "nist" or "exact" */
export function constantsOption(value: Constants = "nist"): Constants {
  if (value !== "nist" && value !== "exact") {
    throw new RangeError(`constants must be "nist" or "exact", not ${String(value)}`);
  }
  return value;
}
