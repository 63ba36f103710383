import { DEFAULT_ALPHA } from "./constants.ts";
import { failed, type TestResult } from "./result.ts";

export type Grade = "A" | "B" | "C" | "D" | "F";

export interface Quality {
  /** 0–100; null where no test had a verdict. */
  readonly score: number | null;
  readonly grade: Grade | null;
  /** Results by their own verdict at α = 0.01. About one good test in a hundred fails. */
  readonly passed: number;
  readonly failed: number;
  readonly notApplicable: number;
  /** The combined p-value the score rests on; null where no test had a verdict. */
  readonly combinedP: number | null;
}

/** p-value that a failed bounds test counts as: the chance that good data fail a basic test of AIS 20/31. */
const FAILED_BOUNDS_P = 1e-6;

/** Smaller p-values count as this one, so that an exact 0 stays finite. */
const SMALLEST_P = 1e-300;

/** −log₁₀ of the combined p-value at which the score begins to fall, and at which it is lowest. */
const FIRST_DOUBT = 2;
const CERTAINTY = 10;

/**
 * Computes one number from 0 to 100 for display. It says how much the tests speak against the data, not how much
 * entropy the data hold, and no credit depends on it.
 *
 * Each result becomes one p-value p_t (Bonferroni: the smallest of its k p-values times k). They are combined by
 * their harmonic mean p̄ = T/Σ(1/p_t), which stays valid when tests depend on each other, as these do
 * (D. J. Wilson, PNAS 116 (2019) 1195–1200): p̄ falls below a small x with probability about x for good data,
 * while a single overwhelming failure drags it to 0 and any number of chance failures at 1 % does not. Then
 *
 *     evidence e = (−log₁₀ p̄ − 2)/8, within [0, 1];  share f = failures beyond chance (p_t < 0.01/T) over T
 *     score = 100·(1 − e·(0.6 + 0.4·f))
 *
 * Good data score below 100 once in a hundred and below 90 once in 1,500; data with one sure fault score 40
 * at most, with nothing right 0. No larger p-value ever lowers it. Estimates and tests that cannot run do not
 * count. Grades: A from 90, B from 75, C from 60, D from 40, F below.
 */
export function qualityScore(results: readonly TestResult[]): Quality {
  const verdicts = results.map((result) => failed(result));
  const ps = results.flatMap((result) => combinedPValue(result) ?? []);
  const counts = {
    passed: verdicts.filter((verdict) => verdict === false).length,
    failed: verdicts.filter((verdict) => verdict === true).length,
    notApplicable: results.filter((result) => result.kind === "not-applicable").length,
  };
  if (ps.length === 0) return { score: null, grade: null, ...counts, combinedP: null };

  const combinedP = ps.length / ps.reduce((sum, p) => sum + 1 / p, 0);
  const evidence = (-Math.log10(combinedP) - FIRST_DOUBT) / (CERTAINTY - FIRST_DOUBT);
  const share = ps.filter((p) => p < DEFAULT_ALPHA / ps.length).length / ps.length;
  const score = 100 * (1 - Math.min(1, Math.max(0, evidence)) * (0.6 + 0.4 * share));
  return { score, grade: gradeOf(score), ...counts, combinedP };
}

/** One p-value for one result; undefined where it has no verdict. */
function combinedPValue(result: TestResult): number | undefined {
  switch (result.kind) {
    case "hypothesis":
      return Math.max(SMALLEST_P, Math.min(1, result.pValues.length * Math.min(...result.pValues)));
    case "bounds":
      return result.passed ? 1 : FAILED_BOUNDS_P;
    default:
      return undefined;
  }
}

function gradeOf(score: number): Grade {
  if (score >= 90) return "A";
  if (score >= 75) return "B";
  if (score >= 60) return "C";
  return score >= 40 ? "D" : "F";
}
