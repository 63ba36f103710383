/** The statistics of §5.1 against their definitions, written out. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { collisions } from "../../../../src/stats/sp800-90b/iid/collisions.ts";
import { conversionI, conversionII } from "../../../../src/stats/sp800-90b/iid/conversions.ts";
import { covariance } from "../../../../src/stats/sp800-90b/iid/covariance.ts";
import { directionalRuns, mostSteps } from "../../../../src/stats/sp800-90b/iid/directional-runs.ts";
import { excursion } from "../../../../src/stats/sp800-90b/iid/excursion.ts";
import { medianRuns } from "../../../../src/stats/sp800-90b/iid/median-runs.ts";
import { periodicity } from "../../../../src/stats/sp800-90b/iid/periodicity.ts";

/** Few different symbols, so that runs and collisions are frequent; or all. */
const sequences = fc.oneof(
  fc.uint8Array({ min: 0, max: 3, minLength: 2, maxLength: 300 }),
  fc.uint8Array({ minLength: 2, maxLength: 300 }),
);
const check = (property: (symbols: Uint8Array) => void) =>
  fc.assert(fc.property(sequences, property), { seed: 51, numRuns: 200 });

/** Lengths of the runs of equal items. */
function runLengths(items: readonly boolean[]): number[] {
  const lengths: number[] = [];
  items.forEach((item, i) => {
    if (i > 0 && item === items[i - 1]) lengths[lengths.length - 1]!++;
    else lengths.push(1);
  });
  return lengths;
}

describe("statistics by their definitions", () => {
  test("excursion", () => {
    check((values) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const distances = Array.from(values, (_, i) =>
        Math.abs(values.subarray(0, i + 1).reduce((sum, value) => sum + value, 0) - (i + 1) * mean),
      );
      expect(excursion(values, mean)).toBeCloseTo(Math.max(...distances), 9);
    });
  });

  test("directional runs", () => {
    check((symbols) => {
      const steps = Array.from(symbols.subarray(1), (symbol, i) => symbol >= symbols[i]!);
      const ups = steps.filter((up) => up).length;
      const lengths = runLengths(steps);
      expect(directionalRuns(symbols)).toEqual({ count: lengths.length, longest: Math.max(...lengths), ups });
      expect(mostSteps(directionalRuns(symbols), symbols.length)).toBe(Math.max(ups, steps.length - ups));
    });
    expect(directionalRuns(new Uint8Array(1))).toEqual({ count: 0, longest: 0, ups: 0 });
  });

  test("runs based on the median", () => {
    for (const median of [0.5, 1, 1.5, 2, 128]) {
      check((symbols) => {
        const sides = Array.from(symbols, (symbol) => symbol >= median);
        const lengths = runLengths(sides);
        const ups = sides.filter((up) => up).length;
        expect(medianRuns(symbols, median)).toEqual({
          count: lengths.length,
          longest: Math.max(...lengths),
          ups,
        });
      });
    }
    expect(medianRuns(new Uint8Array(), 0.5).count).toBe(0);
  });

  test("collisions", () => {
    check((symbols) => {
      const lengths: number[] = [];
      let seen = new Set<number>();
      for (const symbol of symbols) {
        if (!seen.has(symbol)) seen.add(symbol);
        else {
          lengths.push(seen.size + 1);
          seen = new Set();
        }
      }
      const sum = lengths.reduce((total, length) => total + length, 0);
      expect(collisions(symbols)).toEqual({
        average: lengths.length === 0 ? 0 : sum / lengths.length,
        longest: Math.max(0, ...lengths),
      });
    });
  });

  test("periodicity and covariance", () => {
    for (const lag of [1, 2, 8, 16, 32]) {
      check((symbols) => {
        const pairs = Array.from(symbols.subarray(lag), (symbol, i) => [symbols[i]!, symbol] as const);
        expect(periodicity(symbols, lag)).toBe(pairs.filter(([a, b]) => a === b).length);
        expect(covariance(symbols, lag)).toBe(pairs.reduce((sum, [a, b]) => sum + a * b, 0));
      });
    }
  });

  test("covariance of a million of the largest values does not overflow", () => {
    expect(covariance(new Uint8Array(1_000_000).fill(255), 1)).toBe(999_999 * 255 * 255);
  });

  test("conversions", () => {
    fc.assert(
      fc.property(fc.uint8Array({ max: 1, maxLength: 100 }), (bits) => {
        const groups = Array.from({ length: Math.ceil(bits.length / 8) }, (_, i) =>
          Array.from(bits.subarray(8 * i, 8 * i + 8)),
        );
        const octets = conversionII(bits);
        expect(Array.from(octets)).toEqual(
          groups.map((group) => Number.parseInt(group.join("").padEnd(8, "0"), 2)),
        );
        expect(Array.from(conversionI(octets))).toEqual(
          groups.map((group) => group.reduce((a, b) => a + b, 0)),
        );
      }),
      { seed: 52, numRuns: 100 },
    );
  });
});
