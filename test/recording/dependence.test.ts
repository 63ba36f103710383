import { describe, expect, test } from "bun:test";
import { correlation, mutualInformation, sharedInformation } from "../../src/recording/dependence.ts";
import { keystream } from "../support/keystream.ts";

const N = 100_000;

describe("correlation", () => {
  test("of a sequence with itself, its mirror image and a constant", () => {
    const a = Uint8Array.of(1, 2, 3, 4, 7);
    expect(correlation(a, a)).toBeCloseTo(1, 12);
    expect(
      correlation(
        a,
        a.map((value) => 255 - value),
      ),
    ).toBeCloseTo(-1, 12);
    expect(correlation(a, new Uint8Array(5))).toBe(0);
  });

  test("by hand: (1,2,3) with (1,3,2) is ½", () => {
    expect(correlation(Uint8Array.of(1, 2, 3), Uint8Array.of(1, 3, 2))).toBeCloseTo(0.5, 12);
  });
});

describe("mutual information", () => {
  test("of a sequence with itself is its entropy", () => {
    const bits = Uint8Array.from({ length: 1024 }, (_, i) => i & 3);
    expect(mutualInformation(bits, bits)).toBeCloseTo(2, 12);
  });

  test("of independent patterns is 0", () => {
    const a = Uint8Array.from({ length: 1024 }, (_, i) => i & 3);
    const b = Uint8Array.from({ length: 1024 }, (_, i) => (i >> 2) & 3);
    expect(mutualInformation(a, b)).toBeCloseTo(0, 12);
  });

  // 63² / (2 · 100,000 · ln 2) = 0.0286 bits of nothing.
  test("of independent noise is its bias, which is taken off", () => {
    const noise = keystream(2 * N, 1).map((value) => value & 63);
    const [a, b] = [noise.subarray(0, N), noise.subarray(N)];
    expect(mutualInformation(a, b)).toBeCloseTo(63 ** 2 / (2 * N * Math.LN2), 3);
    expect(Math.abs(sharedInformation(a, b))).toBeLessThan(0.001);
  });

  test("finds what is common to noisy copies, linear or not", () => {
    const noise = keystream(2 * N, 2);
    const common = noise.subarray(0, N).map((value) => value & 3);
    const other = noise.subarray(N).map((value, i) => (value & 0xfc) | (common[i]! ^ 1));
    expect(sharedInformation(common, other)).toBeCloseTo(2, 1);
    const square = common.map((value) => (value - 1) ** 2);
    expect(sharedInformation(common, square)).toBeGreaterThan(1);
  });

  test("within windows leaves common drift out, and keeps what is common to the moment", () => {
    const noise = keystream(2 * N, 4);
    const drift = (i: number) => (i < N / 2 ? 0 : 16);
    const common = noise.subarray(0, N).map((value, i) => (value & 1) + drift(i));
    const other = noise.subarray(N).map((value, i) => (value & 1) + drift(i));
    expect(sharedInformation(common, other)).toBeCloseTo(1, 2);
    expect(Math.abs(sharedInformation(common, other, 1_000))).toBeLessThan(0.001);
    expect(sharedInformation(common, common, 1_000)).toBeCloseTo(1, 2);
  });

  test("is always the same for the same sequences", () => {
    const noise = keystream(2_000, 3);
    const [a, b] = [noise.subarray(0, 1_000), noise.subarray(1_000)];
    expect(sharedInformation(a, b)).toBe(sharedInformation(a, b));
  });
});

test("unequal or empty sequences are no pairs", () => {
  for (const measure of [correlation, mutualInformation, sharedInformation]) {
    expect(() => measure(new Uint8Array(3), new Uint8Array(2))).toThrow(RangeError);
    expect(() => measure(new Uint8Array(0), new Uint8Array(0))).toThrow(RangeError);
  }
});
