import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { FamilyTime } from "../../src/pool/ledger.ts";

describe("FamilyTime", () => {
  test("counts traces that follow one another in full", () => {
    const family = new FamilyTime();
    expect([family.cover(0, 100), family.cover(100, 200), family.cover(300, 400)]).toEqual([1, 1, 1]);
  });

  test("counts the same stretch once, and of others the part that does not overlap", () => {
    const family = new FamilyTime();
    expect(family.cover(100, 200)).toBe(1);
    expect(family.cover(100, 200)).toBe(0);
    expect(family.cover(150, 250)).toBe(0.5);
    expect(family.cover(0, 500)).toBe(350 / 500);
    expect(family.cover(20, 480)).toBe(0);
  });

  test("an empty or backward stretch counts as one nanosecond", () => {
    const family = new FamilyTime();
    expect([family.cover(10, 10), family.cover(10, 10), family.cover(10, 3)]).toEqual([1, 0, 0]);
  });

  test("time that is no finite number counts for nothing, and leaves the rest as it was", () => {
    const { NaN: nan, POSITIVE_INFINITY: ever, NEGATIVE_INFINITY: never } = Number;
    const family = new FamilyTime();
    expect(family.cover(0, 10)).toBe(1);
    for (const time of [nan, ever, never]) {
      expect([family.cover(time, 30), family.cover(20, time), family.cover(time, time)]).toEqual([0, 0, 0]);
    }
    expect([family.cover(0, 10), family.cover(20, 30)]).toEqual([0, 1]);
  });

  test("time that it no longer remembers counts as covered", () => {
    const family = new FamilyTime();
    for (let i = 0; i < 1000; i++) family.cover(i * 10, i * 10 + 5);
    expect(family.cover(0, 5)).toBe(0);
    expect(family.cover(9_985, 10_000)).toBeCloseTo(10 / 15, 9);
  });

  test("together never counts more than the time that was covered", () => {
    const trace = fc.record({ start: fc.nat(1000), length: fc.integer({ min: 1, max: 300 }) });
    fc.assert(
      fc.property(fc.array(trace, { maxLength: 60 }), (traces) => {
        const family = new FamilyTime();
        const covered = new Set<number>();
        let counted = 0;
        for (const { start, length } of traces) {
          counted += length * family.cover(start, start + length);
          for (let t = start; t < start + length; t++) covered.add(t);
        }
        expect(counted).toBeCloseTo(covered.size, 6);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
