import { expect, test } from "bun:test";
import { proportionUpperBound, runUpperBound } from "../../../src/stats/sp800-90b/upper-bounds.ts";
import vectors from "../../vectors/health.json";

const { rows, source } = vectors.upperBounds;

test(`${rows.length} bounds agree with ${source}`, () => {
  for (const [hits, longestRun, trials, globalBound, localBound] of rows) {
    const bound = proportionUpperBound(hits!, trials!);
    expect(Math.abs(bound - globalBound!)).toBeLessThan(1e-14);
    // Where the tool does not solve for P_local it does not exceed the other bounds.
    if (localBound)
      expect(Math.abs(runUpperBound(longestRun!, trials!, bound) - localBound)).toBeLessThan(1e-11);
  }
});

test("the run bound never falls below the floor, and 1 stays 1", () => {
  expect(runUpperBound(3, 4000, 0.9)).toBe(0.9);
  expect(runUpperBound(4000, 4000, 1)).toBe(1);
  expect(runUpperBound(3999, 4000, 0.5)).toBeGreaterThan(0.99);
});

test("the run bound rises with the run", () => {
  let last = 0;
  for (let run = 0; run < 4000; run++) {
    const bound = runUpperBound(run, 4000, 0.001);
    expect(bound).toBeGreaterThanOrEqual(last);
    expect(bound).toBeLessThanOrEqual(1);
    last = bound;
  }
});

test("all or nothing hit", () => {
  expect(proportionUpperBound(100, 100)).toBe(1);
  expect(proportionUpperBound(0, 1000)).toBeCloseTo(1 - 0.01 ** 0.001, 15);
});
