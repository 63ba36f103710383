import { describe, expect, test } from "bun:test";
import { aptCutoff, aptWindow, rctCutoff } from "../../src/health/health-tests.ts";
import vectors from "../vectors/health.json";

describe("cutoffs at α = 2^−20", () => {
  // Rows: H, RCT, APT printed, APT corrected, at W = 512.
  const table: [number, number, number, number][] = [
    [0.1, 201, 502, 502],
    [0.5, 41, 410, 411],
    [1, 21, 311, 311],
    [2, 11, 177, 178],
    [4, 6, 62, 63],
    [8, 4, 13, 14],
  ];
  for (const [h, rct, printed, corrected] of table) {
    test(`H = ${h}`, () => {
      expect(rctCutoff(h, 20)).toBe(rct);
      expect(aptCutoff(h, 512, 20, "printed")).toBe(printed);
      expect(aptCutoff(h, 512, 20)).toBe(corrected);
    });
  }

  test("binary, W = 1024, H = 1", () => {
    expect(rctCutoff(1, 20)).toBe(21);
    expect(aptCutoff(1, 1024, 20, "printed")).toBe(589);
    expect(aptCutoff(1, 1024, 20)).toBe(590);
  });
});

test(`${vectors.cutoffs.rows.length} cutoffs agree with ${vectors.cutoffs.source}`, () => {
  for (const [h, window, alphaExponent, rct, printed, corrected] of vectors.cutoffs.rows) {
    expect([h, rctCutoff(h!, alphaExponent!)]).toEqual([h, rct!]);
    expect([h, window, aptCutoff(h!, window!, alphaExponent!, "printed")]).toEqual([h, window, printed]);
    expect([h, window, aptCutoff(h!, window!, alphaExponent!)]).toEqual([h, window, corrected]);
  }
});

test("a cutoff above the window, for H so low that W equal symbols prove nothing", () => {
  // H·(W − 1) < a, that is, below 20/511 and 30/511.
  expect(aptCutoff(0.0391, 512, 20)).toBeGreaterThanOrEqual(512);
  expect(aptCutoff(0.0392, 512, 20)).toBe(512);
  expect(aptCutoff(0.0391, 512, 20)).toBe(513);
  expect(aptCutoff(0.058, 512, 30)).toBe(513);
  expect(aptCutoff(0.059, 512, 30)).toBe(512);
  expect(aptCutoff(1e-9, 512, 20)).toBe(513);
});

test("cutoffs fall as H rises and rise with the exponent of α", () => {
  for (let i = 1; i < 320; i++) {
    const h = i / 40;
    const higher = (i + 1) / 40;
    expect(rctCutoff(higher, 20)).toBeLessThanOrEqual(rctCutoff(h, 20));
    expect(aptCutoff(higher, 512, 20)).toBeLessThanOrEqual(aptCutoff(h, 512, 20));
    expect(aptCutoff(h, 512, 30)).toBeGreaterThanOrEqual(aptCutoff(h, 512, 20));
  }
});

test("windows: 1024 for bits, 512 otherwise", () => {
  expect([1, 2, 8].map(aptWindow)).toEqual([1024, 512, 512]);
});

test("values out of range are refused", () => {
  for (const h of [0, -1, 8.01, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => rctCutoff(h, 20)).toThrow(RangeError);
    expect(() => aptCutoff(h, 512, 20)).toThrow(RangeError);
  }
  expect(() => rctCutoff(1, 0)).toThrow(RangeError);
  expect(() => aptCutoff(1, 1, 20)).toThrow(RangeError);
  expect(() => aptCutoff(1, 512.5, 20)).toThrow(RangeError);
});
