import { describe, expect, test } from "bun:test";
import type { TestResult } from "../../../src/stats/result.ts";
import { finalAnalysis } from "../../../src/stats/sp800-22/index.ts";

function result(name: string, pValues: number[], labels?: string[]): TestResult {
  const head = { suite: "sp800-22", test: name, section: "2.1", params: {}, n: 100 } as const;
  return { ...head, kind: "hypothesis", statistic: 0, pValues, ...(labels ? { labels } : {}) };
}

const missing: TestResult = {
  suite: "sp800-22",
  test: "random-excursions",
  section: "2.14",
  params: {},
  n: 100,
  kind: "not-applicable",
  reason: "too few cycles",
};

describe("final analysis, SP 800-22 §4.2", () => {
  test("the example of §4.2.1: 1000 sequences, 996 pass, interval 0.99 ± 0.00943", () => {
    const lines = finalAnalysis(
      Array.from({ length: 1000 }, (_, i) => [result("frequency", [i < 4 ? 0.001 : 0.5])]),
      0.01,
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      test: "frequency",
      sequences: 1000,
      proportion: 0.996,
      proportionPassed: true,
    });
    expect(lines[0]!.interval[0]).toBeCloseTo(0.98056073, 7);
    expect(lines[0]!.interval[1]).toBeCloseTo(0.99943927, 7);
  });

  test("evenly spread p-values are uniform, crowded ones are not", () => {
    const even = finalAnalysis(Array.from({ length: 100 }, (_, i) => [result("a", [(i + 0.5) / 100])]));
    expect(even[0]).toMatchObject({ bins: Array(10).fill(10), uniformity: 1, uniform: true });
    // 91 instead of 10 in one bin, 1 in each other: χ² = (81² + 9·9²)/10 = 729, Q(4.5, 364.5) = 3.7e-151.
    const crowded = finalAnalysis(
      Array.from({ length: 100 }, (_, i) => [result("a", [i < 9 ? i / 10 : 0.95])]),
    );
    expect(crowded[0]).toMatchObject({ bins: [1, 1, 1, 1, 1, 1, 1, 1, 1, 91], uniform: false });
    expect(crowded[0]!.uniformity).toBeLessThan(1e-100);
  });

  test("0 and 1 fall in the outer bins, alpha itself passes", () => {
    const [line] = finalAnalysis([[result("a", [0])], [result("a", [1])], [result("a", [0.01])]], 0.01);
    expect(line!.bins).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(line!.proportion).toBeCloseTo(2 / 3, 15);
  });

  test("each p-value has its line, in the order of the results", () => {
    const sequence = [result("cumulative-sums", [0.3, 0.4], ["forward", "backward"]), result("runs", [0.5])];
    const lines = finalAnalysis([sequence, sequence]);
    expect(lines.map(({ test: name, label }) => [name, label])).toEqual([
      ["cumulative-sums", "forward"],
      ["cumulative-sums", "backward"],
      ["runs", undefined],
    ]);
    expect(lines.map((line) => line.bins.findIndex((count) => count > 0))).toEqual([3, 4, 5]);
  });

  test("what is not applicable is not counted", () => {
    const applied = result("random-excursions", [0.2, 0.6], ["-1", "1"]);
    const lines = finalAnalysis([[missing], [applied], [missing], [applied]]);
    expect(lines).toMatchObject([
      { label: "-1", sequences: 2 },
      { label: "1", sequences: 2 },
    ]);
    expect(finalAnalysis([[missing]])).toEqual([]);
    expect(finalAnalysis([])).toEqual([]);
  });

  test("uniformity has no verdict below 55 sequences", () => {
    const lines = (k: number) => finalAnalysis(Array.from({ length: k }, () => [result("a", [0.5])]));
    expect(lines(54)[0]!.uniform).toBeUndefined();
    expect(lines(55)[0]!.uniform).toBe(false);
  });

  test("alpha must be a probability", () => {
    expect(() => finalAnalysis([], 0)).toThrow(RangeError);
    expect(() => finalAnalysis([], 1)).toThrow(RangeError);
  });
});
