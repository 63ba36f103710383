import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { AdaptiveProportionTest } from "../../src/health/health-tests.ts";

const W = 512;
const C = 311;

/** Returns a window that opens with symbol 9 and holds it `count` times, the others at its end or right after the first. */
function windowWith(count: number, place: "early" | "late"): Uint8Array {
  const symbols = Uint8Array.from({ length: W }, (_, i) => i % 5);
  symbols[0] = 9;
  return place === "early" ? symbols.fill(9, 0, count) : symbols.fill(9, W - count + 1, W);
}

describe("at C − 1 it passes, at C it fails", () => {
  for (const windowsBefore of [0, 1, 3]) {
    for (const place of ["early", "late"] as const) {
      test(`${windowsBefore} windows before, ${place} in the window`, () => {
        const before = windowsBefore * W;
        for (const count of [C - 1, C]) {
          const symbols = new Uint8Array(before + 2 * W);
          for (let start = 0; start < symbols.length; start += W) symbols.set(windowWith(1, "early"), start);
          symbols.set(windowWith(count, place), before);
          const expected = {
            test: "adaptive-proportion" as const,
            symbol: 9,
            count: C,
            cutoff: C,
            symbolIndex: before + (place === "early" ? C - 1 : W - 1),
          };
          for (const batch of [1, 2, 100, 511, 512, 513, symbols.length]) {
            const apt = new AdaptiveProportionTest(C, W);
            for (let i = 0; i < symbols.length; i += batch) apt.test(symbols.subarray(i, i + batch));
            const failure = apt.test(new Uint8Array(0));
            if (count === C) expect(failure).toEqual(expected);
            else expect(failure).toBeUndefined();
          }
        }
      });
    }
  }
});

test("a count that only two windows together reach passes", () => {
  const symbols = new Uint8Array(2 * W);
  symbols.set(windowWith(C - 1, "late"), 0);
  symbols.set(windowWith(C - 1, "early"), W);
  expect(new AdaptiveProportionTest(C, W).test(symbols)).toBeUndefined();
});

test("only the symbol that opens the window is counted", () => {
  const symbols = new Uint8Array(W).fill(3);
  symbols[0] = 4;
  expect(new AdaptiveProportionTest(C, W).test(symbols)).toBeUndefined();
});

test("a cutoff of W fires on W equal symbols, a cutoff above W never", () => {
  expect(new AdaptiveProportionTest(W, W).test(new Uint8Array(W))?.symbolIndex).toBe(W - 1);
  expect(new AdaptiveProportionTest(W + 1, W).test(new Uint8Array(100 * W))).toBeUndefined();
});

test("a failure stays until reset, which opens a new window", () => {
  const apt = new AdaptiveProportionTest(C, W);
  const failure = apt.test(new Uint8Array(W));
  expect(failure?.symbolIndex).toBe(C - 1);
  expect(apt.test(Uint8Array.of(1))).toEqual(failure!);
  apt.reset();
  expect(apt.test(new Uint8Array(C - 1))).toBeUndefined();
  expect(apt.test(new Uint8Array(1))?.symbolIndex).toBe(C - 1);
});

test("agrees with the definition, whatever the symbols and batches", () => {
  const batches = fc.array(fc.uint8Array({ max: 2, maxLength: 20 }), { maxLength: 10 });
  const cutoffs = fc.integer({ min: 2, max: 9 });
  fc.assert(
    fc.property(batches, cutoffs, fc.integer({ min: 2, max: 16 }), (parts, cutoff, window) => {
      const all = parts.flatMap((part) => [...part]);
      const expected = all.findIndex((symbol, i) => {
        const start = i - (i % window);
        return symbol === all[start] && all.slice(start, i + 1).filter((s) => s === symbol).length >= cutoff;
      });
      const apt = new AdaptiveProportionTest(cutoff, window);
      for (const part of parts) apt.test(part);
      expect(apt.test(new Uint8Array(0))?.symbolIndex ?? -1).toBe(expected);
    }),
    { seed: 2, numRuns: 500 },
  );
});

test("values out of range are refused", () => {
  expect(() => new AdaptiveProportionTest(1, W)).toThrow(RangeError);
  expect(() => new AdaptiveProportionTest(C, 1)).toThrow(RangeError);
});
