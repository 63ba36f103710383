/**
 * Verdicts on the results of a report. A report asks dozens of questions at α = 0.01, so good data fail some of them; a
 * program that acts on the exit code needs a rule that good data hardly ever break.
 */
import { DEFAULT_ALPHA } from "../stats/constants.ts";
import { binomialUpper } from "../stats/math/tails.ts";
import { failed, type SuiteId, type TestResult } from "../stats/result.ts";
import type { AnalysisLine } from "../stats/sp800-22/index.ts";

/**
 * - `pass`: nothing against the data at α = 0.01, the level of SP 800-22;
 * - `weak`: below α, as one good sequence in a hundred is in each test; not a finding;
 * - `fail`: so far below α that one report in 10,000 on good data has such a result anywhere.
 *
 * null: a measured quantity, or a test that could not run.
 */
export type Verdict = "pass" | "weak" | "fail" | null;

/** Highest chance that a report on good data has a `fail`; its questions share it evenly (Boole). */
export const FINDING_LEVEL = 1e-4;

/**
 * The laws of SP 800-22 are approximations: with exact constants the tests reject up to 1.1 % of good sequences at 1 %
 * (docs/TESTS.md). A share of failed sequences is therefore compared with one and a half times α.
 */
const TOLERATED_SHARE = 1.5 * DEFAULT_ALPHA;

/** A line of final analysis, with its suite. */
export type SuiteLine = AnalysisLine & { readonly suite: SuiteId };

export interface VerdictCounts {
  readonly passed: number;
  readonly weak: number;
  readonly failed: number;
  readonly notApplicable: number;
  /** Measured quantities, which have no verdict. */
  readonly withoutVerdict: number;
}

/** Counts the questions that share `FINDING_LEVEL`: one a result with p-values, one a line of final analysis. */
export function countQuestions(results: readonly TestResult[], lines: readonly AnalysisLine[]): number {
  return results.filter((result) => result.kind === "hypothesis").length + lines.length;
}

/**
 * Judges one result. `weak` goes by the p-values shown and by the exact ones; `fail` by the exact ones where there are
 * any, since with the standard's rounded constants good data fail for certain if they are long enough.
 */
export function verdictOf(result: TestResult, questions: number): Verdict {
  switch (result.kind) {
    case "hypothesis": {
      const exact = withExactConstants(result);
      if (failed(exact, FINDING_LEVEL / questions)) return "fail";
      return failed(result) || failed(exact) ? "weak" : "pass";
    }
    case "bounds":
      return result.passed ? "pass" : "fail";
    default:
      return null;
  }
}

/** Returns the result with the p-values of exact constants, where the standard's differ. */
export function withExactConstants<T extends TestResult>(result: T): T {
  if (result.kind !== "hypothesis" || result.exactPValues === undefined) return result;
  return { ...result, pValues: result.exactPValues };
}

/**
 * Judges a line of final analysis: `weak` where NIST's report would mark it with an asterisk, `fail` where more
 * sequences failed than chance and the approximate laws explain. Uniformity alone never fails, since p-values of short
 * sequences take few different values. In the battery, where many p-values are bounds or of discrete statistics, it does
 * not count at all.
 *
 * @param exact the same line with exact constants, which decides on `fail`
 */
export function lineVerdict(line: SuiteLine, exact: AnalysisLine, questions: number): Verdict {
  const failures = Math.round((1 - exact.proportion) * exact.sequences);
  if (binomialUpper(failures, exact.sequences, TOLERATED_SHARE) < FINDING_LEVEL / questions) return "fail";
  return isUneven(line) || !line.proportionPassed ? "weak" : "pass";
}

/** True if the p-values of a line should be uniform and are not. */
export function isUneven({ suite, uniform }: SuiteLine): boolean {
  return suite === "sp800-22" && uniform === false;
}

export function countVerdicts(
  results: readonly { readonly kind: TestResult["kind"]; readonly verdict: Verdict }[],
): VerdictCounts {
  const count = (verdict: Verdict) => results.filter((result) => result.verdict === verdict).length;
  const notApplicable = results.filter((result) => result.kind === "not-applicable").length;
  return {
    passed: count("pass"),
    weak: count("weak"),
    failed: count("fail"),
    notApplicable,
    withoutVerdict: count(null) - notApplicable,
  };
}
