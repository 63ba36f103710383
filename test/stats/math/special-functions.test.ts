import { describe, expect, test } from "bun:test";
import { erfc, igamc, normalCdf } from "../../../src/stats/math/special-functions.ts";
import vectors from "../../vectors/sp800-22-functions.json";

/** Absolute error below 1e-13, and relative error below 1e-11 however small the value. */
function agree(found: number, wanted: number): boolean {
  const error = Math.abs(found - wanted);
  return error < 1e-13 && error <= 1e-11 * wanted;
}

describe("special functions against 40-digit arithmetic", () => {
  test.each(vectors.igamc as [number, number, number][])("igamc(%d, %d)", (a, x, wanted) => {
    expect(agree(igamc(a, x), wanted)).toBe(true);
  });

  test.each(vectors.erfc as [number, number][])("erfc(%d)", (x, wanted) => {
    expect(Math.abs(erfc(x) - wanted)).toBeLessThanOrEqual(1e-13 * wanted);
  });

  test.each(vectors.normalCdf as [number, number][])("normalCdf(%d)", (x, wanted) => {
    expect(Math.abs(normalCdf(x) - wanted)).toBeLessThanOrEqual(1e-12 * wanted);
  });
});

test("igamc at and outside the ends of its domain", () => {
  expect(igamc(3, 0)).toBe(1);
  expect(igamc(8192, 0)).toBe(1);
  expect(igamc(3, Number.POSITIVE_INFINITY)).toBe(0);
  expect(igamc(2.5, 1e9)).toBe(0);
  expect(igamc(16384, 1e12)).toBe(0);
  expect(igamc(1e5, 2000)).toBe(1);
  expect(igamc(0, 1)).toBeNaN();
  expect(igamc(1, -1)).toBeNaN();
  expect(igamc(1, Number.NaN)).toBeNaN();
});

test("igamc falls with x, across the change of method at x = 1000", () => {
  for (const a of [30, 900, 1000, 1100]) {
    let last = 1;
    for (let x = 960; x <= 1040; x += 0.5) {
      const q = igamc(a, x);
      expect(q).toBeLessThanOrEqual(last);
      last = q;
    }
  }
});
