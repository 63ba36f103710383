/**
 * What the results of a report say together. A report asks dozens of questions at α = 0.01, so good data answer
 * some of them badly; a program that is to act on the exit code needs a rule that good data hardly ever break.
 */
import { DEFAULT_ALPHA } from "../stats/constants.ts";
import { binomialUpper } from "../stats/math/tails.ts";
import { failed, type SuiteId, type TestResult } from "../stats/result.ts";
import type { AnalysisLine } from "../stats/sp800-22/index.ts";
import { LEAST_MATCHES } from "../stats/sp800-22/non-overlapping-template.ts";

/**
 * - `pass`: nothing against the data at α = 0.01, the level of SP 800-22;
 * - `weak`: below α, as one good sequence in a hundred is in each test; not a finding;
 * - `fail`: so far below α that good data get such a result *anywhere in the report* once in 10,000 reports.
 *
 * null: a measured quantity, or a test that could not run.
 */
export type Verdict = "pass" | "weak" | "fail" | null;

/** The chance that a report on good data holds a `fail`: at most this, shared out evenly among its questions (Boole). */
export const FINDING_LEVEL = 1e-4;

/**
 * The laws of SP 800-22 are approximations; with exact constants the tests reject up to 1.1 % of good sequences at 1 %
 * (docs/TESTS.md). A share of failed sequences is therefore held against half as much again as α.
 */
const TOLERATED_SHARE = 1.5 * DEFAULT_ALPHA;

/** A line of final analysis, and whose. */
export type SuiteLine = AnalysisLine & { readonly suite: SuiteId };

export interface VerdictCounts {
  readonly passed: number;
  readonly weak: number;
  readonly failed: number;
  readonly notApplicable: number;
  /** Measured quantities. */
  readonly withoutVerdict: number;
}

/** How many questions `FINDING_LEVEL` is shared out among: one a result with p-values, one a line of final analysis. */
export function countQuestions(results: readonly TestResult[], lines: readonly AnalysisLine[]): number {
  return results.filter((result) => result.kind === "hypothesis").length + lines.length;
}

/**
 * Weak is what the p-values shown say. Whether it is a finding is asked of the exact constants where there are any: with the
 * standard's rounded ones, long enough good data fail for certain.
 */
export function verdictOf(result: TestResult, questions: number): Verdict {
  switch (result.kind) {
    case "hypothesis": {
      const exact = withExactConstants(result);
      if (hasSoundTails(result) && failed(exact, FINDING_LEVEL / questions)) return "fail";
      return failed(result) || failed(exact) ? "weak" : "pass";
    }
    case "bounds":
      return result.passed ? "pass" : "fail";
    default:
      return null;
  }
}

/** The result as it would be with exact constants, where the standard's differ. */
export function withExactConstants<T extends TestResult>(result: T): T {
  if (result.kind !== "hypothesis" || result.exactPValues === undefined) return result;
  return { ...result, pValues: result.exactPValues };
}

/**
 * A line of final analysis: weak where NIST's report would mark it with an asterisk; a finding where more sequences
 * failed than chance and the roughness of the laws explain. Uniformity is never a finding: p-values of short
 * sequences take few different values. In the battery, where many p-values are bounds or of discrete statistics, it does
 * not count at all.
 *
 * @param exact the same line with exact constants: what a finding is asked of
 */
export function lineVerdict(line: SuiteLine, exact: AnalysisLine, questions: number): Verdict {
  const failures = Math.round((1 - exact.proportion) * exact.sequences);
  if (binomialUpper(failures, exact.sequences, TOLERATED_SHARE) < FINDING_LEVEL / questions) return "fail";
  return isUneven(line) || !line.proportionPassed ? "weak" : "pass";
}

/** Whether the p-values of a line should be uniform and are not. */
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

/** SP 800-22 sets no least length for its template test: with few matches in a block its p-values are rough. */
function hasSoundTails({ test, params, n }: TestResult): boolean {
  if (test !== "non-overlapping-template") return true;
  return n / Number(params["blocks"]) / 2 ** Number(params["templateLength"]) >= LEAST_MATCHES;
}
