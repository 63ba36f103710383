import { describe, expect, test } from "bun:test";
import { aptCutoff, rctCutoff } from "../../src/health/health-tests.ts";
import { REFERENCE_BLOCKS, SecondTests, secondWindow } from "../../src/health/second-tests.ts";
import { keystream } from "../support/keystream.ts";
import { draw } from "../support/symbols.ts";

describe("cutoffs from half of the reference, α = 2^−40", () => {
  test("window: 512/H as a power of two, and never shorter than the standard's", () => {
    expect([4, 1, 0.5, 0.1, 0.05, 0.01].map((h) => secondWindow(h, 8))).toEqual([
      512, 512, 1024, 8192, 16_384, 65_536,
    ]);
    expect(secondWindow(1, 1)).toBe(1024);
  });

  test("the window is long enough at any H: a source that falls to half of H alarms more often than not", () => {
    for (let h = 0.001; h <= 4; h *= 1.1) {
      const window = secondWindow(h, 8);
      const others = window - aptCutoff(h, window, 40);
      // Symbols other than the most common one, of a source at half of H, and two standard deviations.
      const expected = window * -Math.expm1((-h / 2) * Math.LN2);
      expect(others).toBeGreaterThan(expected + 2 * Math.sqrt(expected * 2 ** (-h / 2)));
    }
  });

  test("repetition count: at C − 1 it passes, at C it fails", () => {
    const cutoff = rctCutoff(0.25, 40);
    expect(cutoff).toBe(161);
    for (const run of [cutoff - 1, cutoff]) {
      const symbols = keystream(4096, 1).fill(7, 1000, 1000 + run);
      symbols[1000 + run] = 8;
      const tests = new SecondTests(8, 0.5);
      const alarm = tests.observe(symbols.subarray(0, 1100)) ?? tests.observe(symbols.subarray(1100));
      if (run < cutoff) expect(alarm).toBeUndefined();
      else
        expect(alarm).toMatchObject({ test: "repetition-count", symbol: 7, count: 161, symbolIndex: 1160 });
    }
  });

  test("adaptive proportion: at C − 1 it passes, at C it fails", () => {
    const window = secondWindow(0.25, 8);
    const cutoff = aptCutoff(0.25, window, 40);
    expect([window, cutoff < window]).toEqual([2048, true]);
    for (const count of [cutoff - 1, cutoff]) {
      // The others are spread, so that no run is long: every fifth symbol or so.
      const symbols = new Uint8Array(2 * window);
      for (let i = 0, others = window - count; i < others; i++) {
        symbols[Math.floor(((i + 1) * window) / (others + 1))] = 1 + (i % 200);
      }
      symbols.set(keystream(window, 2), window);
      const alarm = new SecondTests(8, 0.5).observe(symbols);
      if (count < cutoff) expect(alarm).toBeUndefined();
      else expect(alarm).toMatchObject({ test: "adaptive-proportion", symbol: 0, count: cutoff });
    }
  });
});

describe("losses that the claim's tests cannot see", () => {
  /** A source of `h` bits a symbol: one value in 2^−h, the rest among eight. */
  const noise = (h: number, n: number, seed: number) =>
    draw([2 ** -h, ...Array(8).fill((1 - 2 ** -h) / 8)], n, seed);

  for (const reference of [2, 0.5, 0.1, 0.04, 0.02]) {
    test(`a source of ${reference} bits that falls to a fifth alarms within two windows`, () => {
      const window = secondWindow(reference / 2, 8);
      const tests = new SecondTests(8, reference);
      expect(tests.observe(noise(reference, 8 * window, 3))).toBeUndefined();
      const weak = noise(reference / 5, 2 * window, 4);
      expect(tests.observe(weak)).toBeDefined();
    });

    // At twice the H of the cutoffs a window alarms with far less than 2^−40.
    test(`a source of ${reference} bits that stays as it is never does`, () => {
      const tests = new SecondTests(8, reference);
      const symbols = noise(reference, 500_000, 5);
      for (let i = 0; i < symbols.length; i += 3000) {
        expect(tests.observe(symbols.subarray(i, i + 3000))).toBeUndefined();
      }
    });
  }
});

describe("the reference", () => {
  test("is the lowest of the first 16 estimates; until then nothing is tested", () => {
    const tests = new SecondTests(8, undefined);
    for (let block = 1; block < REFERENCE_BLOCKS; block++) {
      tests.note(block === 5 ? 1 : 3);
      expect(tests.h).toBeUndefined();
      expect(tests.observe(new Uint8Array(4096))).toBeUndefined();
    }
    tests.note(2);
    expect(tests.h).toBe(0.5);
    tests.note(0.001);
    expect(tests.h).toBe(0.5);
    expect(tests.observe(new Uint8Array(81))).toMatchObject({ test: "repetition-count", cutoff: 81 });
  });

  test("is learnt anew after reset", () => {
    const tests = new SecondTests(8, undefined);
    for (let block = 0; block < REFERENCE_BLOCKS; block++) tests.note(4);
    expect(tests.observe(new Uint8Array(100))).toBeDefined();
    tests.reset();
    expect([tests.h, tests.observe(new Uint8Array(100))]).toEqual([undefined, undefined]);
    for (let block = 0; block < REFERENCE_BLOCKS - 1; block++) tests.note(1);
    expect(tests.h).toBeUndefined();
    tests.note(1);
    expect(tests.h).toBe(0.5);
  });

  test("stays where it was calibrated, whatever the blocks say and after a pause", () => {
    const tests = new SecondTests(8, 1);
    for (let block = 0; block < 2 * REFERENCE_BLOCKS; block++) tests.note(0.1);
    tests.reset();
    expect(tests.h).toBe(0.5);
    expect(tests.observe(new Uint8Array(81))?.symbolIndex).toBe(80);
    expect(tests.observe(Uint8Array.of(1))?.symbolIndex).toBe(80);
  });

  test("is learnt from what the machine does now, once an alarm has shown that the calibrated one does not hold", () => {
    const tests = new SecondTests(8, 1);
    expect(tests.observe(new Uint8Array(81))).toBeDefined();
    tests.reset();
    expect([tests.h, tests.observe(new Uint8Array(1_000))]).toEqual([undefined, undefined]);
    for (let block = 0; block < REFERENCE_BLOCKS; block++) tests.note(0.5);
    expect(tests.h).toBe(0.25);
  });

  test("of next to nothing guards nothing, and is learnt again from the next 16", () => {
    const tests = new SecondTests(8, undefined);
    for (let block = 0; block < REFERENCE_BLOCKS; block++) tests.note(0);
    expect([tests.h, tests.observe(new Uint8Array(100_000))]).toEqual([undefined, undefined]);
    for (let block = 0; block < REFERENCE_BLOCKS; block++) tests.note(1);
    expect(tests.h).toBe(0.5);
    expect(new SecondTests(8, 0).h).toBeUndefined();
    expect(new SecondTests(8, Number.NaN).h).toBeUndefined();
  });

  test("cannot exceed the width of a symbol", () => {
    expect(new SecondTests(1, 8).h).toBe(1);
  });
});
