import { describe, expect, test } from "bun:test";
import { countVerdicts, FINDING_LEVEL, lineVerdict, verdictOf } from "../../src/report/verdict.ts";
import type { HypothesisResult, TestResult } from "../../src/stats/result.ts";
import type { AnalysisLine } from "../../src/stats/sp800-22/index.ts";

const header = { suite: "battery", test: "a-test", section: "1", params: {}, n: 1000 } as const;

function hypothesis(pValues: number[], more: Partial<HypothesisResult> = {}): HypothesisResult {
  return { ...header, kind: "hypothesis", statistic: 1, pValues, ...more };
}

describe("verdict of one result", () => {
  const questions = 31;

  test("pass from α = 0.01 on, weak below, fail below its share of 1 in 10,000", () => {
    const share = FINDING_LEVEL / questions;
    expect(verdictOf(hypothesis([0.01]), questions)).toBe("pass");
    expect(verdictOf(hypothesis([0.0099]), questions)).toBe("weak");
    expect(verdictOf(hypothesis([share * 1.001]), questions)).toBe("weak");
    expect(verdictOf(hypothesis([share * 0.999]), questions)).toBe("fail");
    expect(verdictOf(hypothesis([0]), questions)).toBe("fail");
  });

  test("several p-values are one question", () => {
    const many = (p: number) => [p, ...new Array<number>(147).fill(0.5)];
    expect(verdictOf(hypothesis(many(0.01 / 148)), questions)).toBe("pass");
    expect(verdictOf(hypothesis(many(0.009 / 148)), questions)).toBe("weak");
    expect(verdictOf(hypothesis(many((0.99 * FINDING_LEVEL) / questions / 148)), questions)).toBe("fail");
  });

  test("a finding is asked of the exact constants", () => {
    expect(verdictOf(hypothesis([1e-30], { exactPValues: [0.5] }), questions)).toBe("weak");
    expect(verdictOf(hypothesis([0.5], { exactPValues: [1e-30] }), questions)).toBe("fail");
    expect(verdictOf(hypothesis([0.5], { exactPValues: [0.001] }), questions)).toBe("weak");
  });

  test("bounds speak for themselves; estimates and tests that cannot run say nothing", () => {
    const bounds = { ...header, kind: "bounds", value: 1, lower: 0, upper: 2 } as const;
    expect(verdictOf({ ...bounds, passed: true }, questions)).toBe("pass");
    expect(verdictOf({ ...bounds, passed: false }, questions)).toBe("fail");
    expect(verdictOf({ ...header, kind: "estimate", value: 1, unit: "ratio" }, questions)).toBeNull();
    expect(verdictOf({ ...header, kind: "not-applicable", reason: "short" }, questions)).toBeNull();
  });
});

describe("verdict over sequences", () => {
  const line = (failures: number, more: Partial<AnalysisLine> = {}) => ({
    suite: "sp800-22" as const,
    test: "runs",
    sequences: 1000,
    bins: [],
    uniformity: 0.5,
    uniform: true,
    proportion: 1 - failures / 1000,
    interval: [0.9806, 0.9994] as const,
    proportionPassed: failures <= 19,
    ...more,
  });
  const verdict = (failures: number, more: Partial<AnalysisLine> = {}, questions = 200) =>
    lineVerdict(line(failures, more), line(failures, more), questions);

  test("weak outside NIST's interval, fail where 1.5 % cannot explain it", () => {
    expect(verdict(10)).toBe("pass");
    expect(verdict(20)).toBe("weak");
    // P(X ≥ 42 | 1000, 0.015) = 1.1e-8, P(X ≥ 38) = 4.6e-7.
    expect(verdict(36)).toBe("weak");
    expect(verdict(42)).toBe("fail");
  });

  test("uneven p-values are weak in SP 800-22 and nothing in the battery", () => {
    expect(verdict(10, { uniform: false, uniformity: 0 })).toBe("weak");
    const battery = { ...line(10, { uniform: false }), suite: "battery" as const };
    expect(lineVerdict(battery, battery, 200)).toBe("pass");
  });

  test("rounded constants alone are no finding", () => {
    expect(lineVerdict(line(200), line(10), 200)).toBe("weak");
  });
});

test("verdicts are counted, each result once", () => {
  const estimate: TestResult = { ...header, kind: "estimate", value: 1, unit: "ratio" };
  const judged = [
    { ...hypothesis([0.5]), verdict: "pass" as const },
    { ...hypothesis([0.001]), verdict: "weak" as const },
    { ...hypothesis([0]), verdict: "fail" as const },
    { ...estimate, verdict: null },
    { ...header, kind: "not-applicable" as const, reason: "short", verdict: null },
  ];
  expect(countVerdicts(judged)).toEqual({
    passed: 1,
    weak: 1,
    failed: 1,
    notApplicable: 1,
    withoutVerdict: 1,
  });
});
