/** Results of statistical tests: pure data, written to JSON unchanged. */

import { DEFAULT_ALPHA } from "./constants.ts";

export type SuiteId = "battery" | "sp800-22" | "sp800-90b" | "ais31" | "fips140-2";

export interface TestHeader {
  readonly suite: SuiteId;
  /** Stable identifier, kebab-case, unique in its suite. */
  readonly test: string;
  /** Section of the standard that defines it, or the origin of the method. */
  readonly section: string;
  /** Parameters actually used. */
  readonly params: Readonly<Record<string, number | string>>;
  /** Units of data the test looked at: bits for bit tests, bytes or symbols for others. */
  readonly n: number;
}

/** Names of a result: for programs, and for people. */
export interface TestName {
  /** `TestHeader.test` of the result. */
  readonly id: string;
  readonly title: string;
  /** Heading under which it is shown. */
  readonly group?: string;
}

/** A test of the hypothesis "the data are uniform and independent". */
export interface HypothesisResult extends TestHeader {
  readonly kind: "hypothesis";
  readonly statistic: number;
  readonly pValues: readonly number[];
  /** A label for each p-value where there are several ("forward", "backward"). */
  readonly labels?: readonly string[];
  /** p-values with exact constants, where the standard's differ. */
  readonly exactPValues?: readonly number[];
  /** Intermediate figures for whoever checks the result: counts, sums, moments. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A measured quantity with no verdict of its own. */
export interface EstimateResult extends TestHeader {
  readonly kind: "estimate";
  readonly value: number;
  readonly unit: "bits/symbol" | "bits/byte" | "bits/bit" | "ratio" | "count";
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A test whose standard gives bounds instead of a p-value (AIS 20/31, FIPS 140-2). */
export interface BoundsResult extends TestHeader {
  readonly kind: "bounds";
  readonly value: number;
  /** Inclusive limits of passing; null where there is none on that side. */
  readonly lower: number | null;
  readonly upper: number | null;
  readonly passed: boolean;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A test that cannot run on these data is neither pass nor fail. */
export interface NotApplicableResult extends TestHeader {
  readonly kind: "not-applicable";
  readonly reason: string;
}

export type TestResult = HypothesisResult | EstimateResult | BoundsResult | NotApplicableResult;

/**
 * Tells whether a result speaks against randomness at level `alpha`; undefined where it has no verdict. Several
 * p-values of one test are one question, so each is compared with alpha divided by their number (Bonferroni).
 */
export function failed(result: TestResult, alpha = DEFAULT_ALPHA): boolean | undefined {
  switch (result.kind) {
    case "hypothesis":
      return Math.min(...result.pValues) < alpha / result.pValues.length;
    case "bounds":
      return !result.passed;
    default:
      return undefined;
  }
}
