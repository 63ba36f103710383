import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { histogramBins, shownRange } from "#kit/format/histogram.ts";

const samples = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 1, maxLength: 1_024 });

describe("range", () => {
  test("leaves out a hundredth at the upper end", () => {
    const ramp = Array.from({ length: 1_000 }, (_, i) => i);
    expect(shownRange(ramp)).toEqual({ low: 0, high: 989, above: 10 });
    const peaked = [...new Array<number>(300).fill(40), 4_000, 5_000];
    expect(shownRange(peaked)).toEqual({ low: 40, high: 40, above: 2 });
  });

  test("a few samples are all shown; none is no range", () => {
    expect(shownRange([3, 1, 2])).toEqual({ low: 1, high: 3, above: 0 });
    expect(shownRange([])).toBeUndefined();
  });
});

describe("bins", () => {
  test("one bin a value where there are few", () => {
    const values = [5, 7, 7, 6, 7];
    expect(histogramBins(values, shownRange(values)!, 48)).toEqual([
      { from: 5, to: 6, count: 1 },
      { from: 6, to: 7, count: 1 },
      { from: 7, to: 8, count: 3 },
    ]);
    const counts = histogramBins([0, 5, 9, 50], { low: 0, high: 9, above: 1 }, 5).map(({ count }) => count);
    expect(counts).toEqual([1, 0, 1, 0, 1]);
  });

  test("count every sample in range once, in few bins of equal whole width", () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 0, max: 80 }), (values, most) => {
        const range = shownRange(values)!;
        const bins = histogramBins(values, range, most);
        expect(bins.length).toBeWithin(1, Math.max(1, most) + 1);
        expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(values.length - range.above);
        for (const { from, to, count } of bins) {
          expect(count).toBe(
            values.filter((v) => v >= from && v < to && v >= range.low && v <= range.high).length,
          );
          expect(to - from).toBe(bins[0]!.to - bins[0]!.from);
          expect(Number.isInteger(to - from)).toBe(true);
        }
      }),
    );
  });
});
