import { describe, expect, test } from "bun:test";
import { LARGEST_RADIX, radicesOf } from "../../../src/stats/math/mixed-radix-transform.ts";
import { complexTransform, realTransform } from "../../../src/stats/math/real-transform.ts";

/** Numbers without pattern, the same every time. */
const sample = (n: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => Math.sin(0.7 * i * i + 1));

/** The definition, term by term. */
function slowTransform(x: Float64Array): Float64Array {
  const n = x.length;
  const out = new Float64Array(2 * (Math.floor(n / 2) + 1));
  for (let k = 0; 2 * k <= n; k++) {
    for (let j = 0; j < n; j++) {
      const angle = (-2 * Math.PI * ((j * k) % n)) / n;
      out[2 * k]! += x[j]! * Math.cos(angle);
      out[2 * k + 1]! += x[j]! * Math.sin(angle);
    }
  }
  return out;
}

const largest = (values: Float64Array): number => values.reduce((m, v) => Math.max(m, Math.abs(v)), 0);

describe("realTransform", () => {
  test("is the definition for every length up to 260", () => {
    for (let n = 1; n <= 260; n++) {
      const [fast, slow] = [realTransform(sample(n)), slowTransform(sample(n))];
      expect(fast.length).toBe(slow.length);
      expect(largest(fast.map((value, i) => value - slow[i]!))).toBeLessThan(1e-12);
    }
  });

  test.each([1000, 1009, 2 * 1009, 1024, 61 * 17, 67 * 16, 3 ** 7])("is the definition for n = %d", (n) => {
    const [fast, slow] = [realTransform(sample(n)), slowTransform(sample(n))];
    expect(largest(fast.map((value, i) => value - slow[i]!))).toBeLessThan(1e-11);
  });

  // Parseval: the mean square of the values is the sum of the squared moduli over n².
  test.each([1_000_000, 99_991, 2 * 49_999, 120_121])("keeps the energy at n = %d", (n) => {
    const x = sample(n);
    const spectrum = realTransform(x);
    let energy = 0;
    for (let k = 0; 2 * k <= n; k++) {
      const weight = k === 0 || 2 * k === n ? 1 : 2;
      energy += weight * (spectrum[2 * k]! ** 2 + spectrum[2 * k + 1]! ** 2);
    }
    const wanted = n * x.reduce((sum, v) => sum + v * v, 0);
    expect(Math.abs(energy / wanted - 1)).toBeLessThan(1e-12);
  });

  test("finds a pure tone, and nothing else, at a length with a large prime", () => {
    const n = 30_011;
    const spectrum = realTransform(
      Float64Array.from({ length: n }, (_, j) => Math.cos((2 * Math.PI * 1234 * j) / n)),
    );
    expect(spectrum[2 * 1234]).toBeCloseTo(n / 2, 6);
    spectrum[2 * 1234] = 0;
    expect(largest(spectrum)).toBeLessThan(1e-6);
  });
});

test("a transform may be used again", () => {
  const transform = complexTransform(500);
  const values = sample(1000);
  transform.transform(values);
  const again = sample(1000);
  complexTransform(7).transform(sample(14));
  transform.transform(again);
  expect(again).toEqual(values);
});

test("radices multiply to n and are 4 or prime", () => {
  for (let n = 1; n <= 2000; n++) {
    expect(radicesOf(n).reduce((a, b) => a * b, 1)).toBe(n);
    for (const radix of radicesOf(n)) expect(radix === 4 || radicesOf(radix).length === 1).toBe(true);
  }
  expect(radicesOf(500_000)).toEqual([4, 4, 2, 5, 5, 5, 5, 5, 5]);
  expect(LARGEST_RADIX).toBe(61);
});

test("wrong lengths are refused", () => {
  expect(() => complexTransform(0)).toThrow(RangeError);
  expect(() => complexTransform(2.5)).toThrow(RangeError);
  expect(() => complexTransform(8).transform(new Float64Array(8))).toThrow(RangeError);
  expect(() => complexTransform(67).transform(new Float64Array(8))).toThrow(RangeError);
  expect(() => realTransform(new Float64Array(0))).toThrow(RangeError);
});
