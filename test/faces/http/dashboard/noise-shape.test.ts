import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { histogram, lagPairs, noiseRange } from "../../../../src/faces/http/dashboard/noise-shape.ts";

const samples = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 1, maxLength: 1_024 });

describe("noiseRange", () => {
  test("leaves out a hundredth at either end", () => {
    const ramp = Array.from({ length: 1_000 }, (_, i) => i);
    expect(noiseRange(ramp)).toEqual({ low: 10, high: 989, outside: 20 });
    const peaked = [...new Array<number>(300).fill(40), 4_000, 5_000];
    expect(noiseRange(peaked)).toEqual({ low: 40, high: 40, outside: 2 });
  });

  test("a few samples are all shown; none is no range", () => {
    expect(noiseRange([3, 1, 2])).toEqual({ low: 1, high: 3, outside: 0 });
    expect(() => noiseRange([])).toThrow(RangeError);
  });
});

describe("histogram", () => {
  test("one bar a value where there are few", () => {
    const values = [5, 7, 7, 6, 7];
    expect(histogram(values, noiseRange(values))).toEqual([
      { from: 5, to: 6, count: 1 },
      { from: 6, to: 7, count: 1 },
      { from: 7, to: 8, count: 3 },
    ]);
  });

  test("counts every sample in range once, in few bars of equal whole width", () => {
    fc.assert(
      fc.property(samples, (values) => {
        const range = noiseRange(values);
        const bars = histogram(values, range);
        expect(bars.length).toBeLessThanOrEqual(48);
        expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(values.length - range.outside);
        for (const { from, to, count } of bars) {
          expect(count).toBe(
            values.filter((v) => v >= from && v < to && v >= range.low && v <= range.high).length,
          );
          expect(to - from).toBe(bars[0]!.to - bars[0]!.from);
          expect(Number.isInteger(to - from)).toBe(true);
        }
      }),
    );
  });
});

test("lag pairs: each with the next, and none with a sample that is not shown", () => {
  const values = [...new Array<number>(200).fill(1), 1, 2, 900, 3, 3];
  const range = { low: 1, high: 3, outside: 1 };
  expect(lagPairs(values, range).slice(-3)).toEqual([
    [1, 1],
    [1, 2],
    [3, 3],
  ]);
  expect(lagPairs([4], noiseRange([4]))).toEqual([]);
});
