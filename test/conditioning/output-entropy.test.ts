import { describe, expect, test } from "bun:test";
import {
  nonVettedOutputEntropy,
  outputEntropy,
  outputEntropyOf,
} from "../../src/conditioning/output-entropy.ts";
import { CONDITIONING_CASES } from "../support/conditioning-cases.ts";
import exact from "../vectors/output-entropy.json" with { type: "json" };

describe("output entropy", () => {
  for (const item of CONDITIONING_CASES) {
    const { nIn, nOut, nw, hIn, hPrime } = item;
    test(`${nIn} → ${nOut} bits through ${nw}, ${hIn} bits of entropy`, () => {
      const vetted = outputEntropy(nIn, nOut, nw, hIn);
      expect(Math.abs(vetted - item.outputEntropy)).toBeLessThan(1e-9);
      const hOut = hPrime === undefined ? vetted : nonVettedOutputEntropy(nIn, nOut, nw, hIn, hPrime);
      expect(Math.abs(hOut - item.hOut)).toBeLessThan(1e-9);
    });
  }

  test("the values of arithmetic with thousands of bits, where doubles cancel and underflow too", () => {
    for (const { outputEntropy: bits, epsilonExponent, ...component } of exact.cases) {
      const found = outputEntropyOf(component);
      const title = JSON.stringify(component);
      expect(Math.abs(found.bits - bits), title).toBeLessThanOrEqual(2 ** -50 * bits);
      expect(Math.abs(found.epsilonExponent - epsilonExponent), title).toBeLessThanOrEqual(
        2 ** -48 * epsilonExponent,
      );
    }
  });

  test("how far full entropy is, where the figure itself is rounded to it", () => {
    // The root of step 4 is the greater part: ε = √(2n·ln 2·2^(n − n_in))/(n·ln 2), of which the rounded figure shows nothing.
    const { bits, epsilonExponent } = outputEntropyOf({ nIn: 4096, nOut: 512, nw: 512, hIn: 4000 });
    expect(bits).toBe(512);
    expect(epsilonExponent).toBeCloseTo((4096 - 512 + Math.log2((512 * Math.LN2) / 2)) / 2, 9);
    const whole = outputEntropyOf({ nIn: 2 ** 32 - 1, nOut: 256, nw: 512, hIn: 2 ** 32 - 1 });
    expect(whole.epsilonExponent).toBeWithin(2 ** 31 - 300, 2 ** 32);
  });

  test("each bit more than the output halves what is missing: 64 leave less than 2^-63 bits", () => {
    // At 64 the difference is too small for a double; the law is seen up to 36.
    for (let more = 8; more <= 36; more++) {
      const missing = 256 - outputEntropy(100_000, 256, 256, 256 + more);
      expect(missing * 2 ** more).toBeWithin(1.4, 1.5);
    }
  });

  test("never more than goes in, comes out or fits through, and never less than nothing", () => {
    for (const hIn of [0.001, 1, 100, 256, 1000, 100_000]) {
      for (const nw of [1, 64, 256, 1_000_000]) {
        const out = outputEntropy(100_000, 256, nw, hIn);
        expect(out).toBeWithin(0, Math.min(256, nw, hIn) + 1e-12);
      }
    }
  });

  test("more entropy in, no less out", () => {
    let before = 0;
    for (let hIn = 1; hIn <= 400; hIn++) {
      const out = outputEntropy(400, 256, 256, hIn);
      expect(out).toBeGreaterThanOrEqual(before);
      before = out;
    }
  });

  test("a component that is not vetted gives at most 0.999 of its output, and its assessed rate", () => {
    expect(nonVettedOutputEntropy(1000, 256, 256, 600, 1)).toBe(0.999 * 256);
    expect(nonVettedOutputEntropy(1000, 256, 256, 600, 0.5)).toBe(128);
    expect(nonVettedOutputEntropy(1000, 256, 256, 600, 0)).toBe(0);
  });

  test("refuses what makes no sense", () => {
    expect(() => outputEntropy(0, 256, 256, 1)).toThrow(RangeError);
    expect(() => outputEntropy(512, 1.5, 256, 1)).toThrow(RangeError);
    expect(() => outputEntropy(512, 256, 256, 0)).toThrow(RangeError);
    expect(() => outputEntropy(512, 256, 256, 513)).toThrow(RangeError);
    for (const size of [-1, 2 ** 32, 1e300, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => outputEntropy(size, 256, 256, 1)).toThrow(RangeError);
    }
    expect(() => outputEntropy(512, 256, 256, Number.NaN)).toThrow(RangeError);
    expect(() => nonVettedOutputEntropy(512, 256, 256, 300, 1.1)).toThrow(RangeError);
  });
});
