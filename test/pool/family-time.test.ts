import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { FamilyTime } from "../../src/pool/ledger.ts";

describe("FamilyTime", () => {
  test("pays traces that follow one another in full", () => {
    const family = new FamilyTime();
    expect(family.pay(0, 100, 50)).toBe(50);
    expect(family.pay(100, 200, 70)).toBe(70);
    expect(family.pay(300, 400, 10)).toBe(10);
  });

  test("pays the same stretch once, at the best member's rate", () => {
    const family = new FamilyTime();
    expect(family.pay(0, 100, 50)).toBe(50); // 0.5 bits/ns
    expect(family.pay(0, 100, 30)).toBe(0); // weaker: nothing on top
    expect(family.pay(0, 100, 80)).toBeCloseTo(30, 9); // stronger: only what it adds
    expect(family.pay(0, 100, 80)).toBe(0);
  });

  test("pays the part that does not overlap", () => {
    const family = new FamilyTime();
    family.pay(100, 200, 100); // 1 bit/ns
    expect(family.pay(50, 250, 200)).toBeCloseTo(100, 9);
    expect(family.pay(0, 300, 300)).toBeCloseTo(100, 9);
  });

  test("an empty or backward stretch counts as one nanosecond", () => {
    const family = new FamilyTime();
    expect(family.pay(10, 10, 5)).toBe(5);
    expect(family.pay(10, 10, 5)).toBe(0);
    expect(family.pay(10, 3, 5)).toBe(0);
  });

  test("pays nothing for what is no amount and no time, and pays as before afterwards", () => {
    const { NaN: nan, POSITIVE_INFINITY: ever, NEGATIVE_INFINITY: never } = Number;
    const family = new FamilyTime();
    expect(family.pay(0, 10, 5)).toBe(5);
    for (const bits of [0, -1, nan, ever, never]) expect(family.pay(20, 30, bits)).toBe(0);
    for (const time of [nan, ever, never]) {
      expect(family.pay(time, 30, 5)).toBe(0);
      expect(family.pay(20, time, 5)).toBe(0);
      expect(family.pay(time, time, 5)).toBe(0);
    }
    expect(family.pay(0, 10, 5)).toBe(0);
    expect(family.pay(20, 30, 5)).toBe(5);
  });

  test("time it no longer remembers counts as paid", () => {
    const family = new FamilyTime();
    for (let i = 0; i < 1000; i++) family.pay(i * 10, i * 10 + 5, 1);
    expect(family.pay(0, 5, 100)).toBe(0);
  });

  test("never pays more than the integral of the best rate", () => {
    const trace = fc.record({
      start: fc.nat(1000),
      length: fc.integer({ min: 1, max: 300 }),
      rate: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(trace, { maxLength: 40 }), (traces) => {
        const family = new FamilyTime();
        let paid = 0;
        const best = new Float64Array(1400);
        for (const { start, length, rate } of traces) {
          const got = family.pay(start, start + length, rate * length);
          expect(got).toBeGreaterThanOrEqual(0);
          expect(got).toBeLessThanOrEqual(rate * length);
          paid += got;
          for (let t = start; t < start + length; t++) best[t] = Math.max(best[t]!, rate);
        }
        expect(paid).toBeCloseTo(
          best.reduce((sum, rate) => sum + rate, 0),
          6,
        );
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
