import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { battery } from "../../src/stats/battery.ts";
import { qualityScore } from "../../src/stats/quality.ts";
import type { TestHeader, TestResult } from "../../src/stats/result.ts";
import { BATTERY } from "../../src/stats/suites.ts";
import { aesBytes, BAD } from "./other/sample-data.ts";

const HEADER: TestHeader = { suite: "battery", test: "t", section: "", params: {}, n: 1 };

function withPValues(...pValues: number[]): TestResult {
  return { ...HEADER, kind: "hypothesis", statistic: 0, pValues };
}

describe("data", () => {
  test("good data are A", () => {
    for (let seed = 0; seed < 5; seed++) {
      const { score, grade, passed, failed, notApplicable } = qualityScore(battery(aesBytes(seed, 20_000)));
      expect(score!).toBeGreaterThan(90);
      expect(grade).toBe("A");
      // The estimate is none of the three.
      expect(passed + failed + notApplicable).toBe(BATTERY.length - 1);
    }
  });

  for (const [name, make] of Object.entries(BAD)) {
    test(`${name} is F`, () => {
      const { score, grade, failed } = qualityScore(battery(make(125_000)));
      expect(score!).toBeLessThan(40);
      expect(grade).toBe("F");
      expect(failed).toBeGreaterThan(0);
    });
  }

  test("worse data score less", () => {
    const score = (name: string) => qualityScore(battery(BAD[name]!(125_000))).score!;
    expect(score("constant")).toBeLessThan(score("51 % ones"));
    expect(score("constant")).toBeLessThan(15);
  });
});

describe("p-values", () => {
  test("the failures that chance brings cost nothing", () => {
    const usual = Array.from({ length: 29 }, (_, i) => withPValues((i + 0.5) / 29));
    expect(qualityScore([...usual, withPValues(0.009)])).toMatchObject({ score: 100, passed: 29, failed: 1 });
    expect(qualityScore([...usual, withPValues(0.001)]).score!).toBeGreaterThan(90);
  });

  test("one certain failure costs 60 points or more, however many pass", () => {
    const passing = Array.from({ length: 200 }, () => withPValues(0.5));
    expect(qualityScore([...passing, withPValues(1e-30)]).score!).toBeLessThan(40);
    expect(qualityScore([...passing, withPValues(0)]).score!).toBeLessThan(40);
    expect(qualityScore([withPValues(0)])).toMatchObject({ score: 0, grade: "F" });
  });

  test("several p-values of one test are one question", () => {
    expect(qualityScore([withPValues(1e-5, ...new Array(99).fill(0.5))]).combinedP).toBeCloseTo(1e-3, 12);
  });

  test("no larger p-value lowers the score, and it stays within 0 and 100", () => {
    const p = fc.oneof(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1e-3, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(p, { minLength: 1, maxLength: 40 }), fc.nat(), p, (ps, at, other) => {
        const better = ps.map((value, i) => (i === at % ps.length ? Math.max(value, other) : value));
        const before = qualityScore(ps.map((value) => withPValues(value))).score!;
        const after = qualityScore(better.map((value) => withPValues(value))).score!;
        expect(after).toBeGreaterThanOrEqual(before - 1e-9);
        expect(before).toBeGreaterThanOrEqual(0);
        expect(after).toBeLessThanOrEqual(100);
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  test("good p-values score below 90 about once in 2,000", () => {
    // 20,000 rounds of 30 p-values from a fixed stream, so the count is always the same: 7.
    const words = new Uint32Array(aesBytes(30, 4 * 30 * 20_000).buffer);
    let low = 0;
    for (let round = 0; round < 20_000; round++) {
      const ps = Array.from(words.subarray(30 * round, 30 * round + 30), (word) => (word + 0.5) / 2 ** 32);
      if (qualityScore(ps.map((p) => withPValues(p))).score! < 90) low++;
    }
    expect(low).toBeGreaterThan(0);
    expect(low).toBeLessThan(30);
  });
});

test("results without a verdict count for nothing", () => {
  const estimate: TestResult = { ...HEADER, kind: "estimate", value: 1, unit: "ratio" };
  const absent: TestResult = { ...HEADER, kind: "not-applicable", reason: "too few" };
  expect(qualityScore([])).toEqual({
    score: null,
    grade: null,
    passed: 0,
    failed: 0,
    notApplicable: 0,
    combinedP: null,
  });
  expect(qualityScore([estimate, absent])).toMatchObject({ score: null, notApplicable: 1, passed: 0 });
  expect(qualityScore([estimate, absent, withPValues(0.3)])).toMatchObject({ score: 100, passed: 1 });
});

test("bounds count as failed or not", () => {
  const bounds = (passed: boolean): TestResult => ({
    ...HEADER,
    kind: "bounds",
    value: 1,
    lower: null,
    upper: 0,
    passed,
  });
  expect(qualityScore([bounds(true)]).score).toBe(100);
  expect(qualityScore([bounds(false)])).toMatchObject({ score: 50, failed: 1 });
});
