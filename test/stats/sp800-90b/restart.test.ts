import { describe, expect, test } from "bun:test";
import { assess, restartTest } from "../../../src/stats/sp800-90b/index.ts";
import { maxCountQuantile } from "../../../src/stats/sp800-90b/max-count.ts";
import { cutoff } from "../../../src/stats/sp800-90b/restart.ts";
import { noise, uniform } from "./sequences.ts";

const ALPHA = 1 - 0.99 ** (1 / 2000);

/** P(X > c), X binomial(n, p), from its terms. */
function binomialTail(n: number, p: number, c: number): number {
  let term = (1 - p) ** n;
  let tail = 0;
  for (let x = 0; x <= n; x++) {
    if (x > c) tail += term;
    term *= ((n - x) / (x + 1)) * (p / (1 - p));
  }
  return tail;
}

describe("highest count", () => {
  test("of a fair coin: twice the binomial tail", () => {
    const classes = [{ symbols: 2, probability: 0.5 }];
    const c = maxCountQuantile(1000, classes, 1 - ALPHA);
    expect(2 * binomialTail(1000, 0.5, c)).toBeLessThanOrEqual(ALPHA);
    expect(2 * binomialTail(1000, 0.5, c - 1)).toBeGreaterThan(ALPHA);
  });

  test("of a biased coin: the binomial tail", () => {
    const classes = [
      { symbols: 1, probability: 0.8 },
      { symbols: 1, probability: 0.2 },
    ];
    const c = maxCountQuantile(300, classes, 0.999);
    expect(binomialTail(300, 0.8, c)).toBeLessThanOrEqual(0.001);
    expect(binomialTail(300, 0.8, c - 1)).toBeGreaterThan(0.001);
  });

  test("of four draws of three symbols: by counting all 81", () => {
    const classes = [{ symbols: 3, probability: 1 / 3 }];
    // 54 of 81 have no symbol more than twice; 78 no symbol more than three times.
    expect(maxCountQuantile(4, classes, 54 / 81 - 1e-9)).toBe(2);
    expect(maxCountQuantile(4, classes, 54 / 81 + 1e-9)).toBe(3);
    expect(maxCountQuantile(4, classes, 78 / 81 + 1e-9)).toBe(4);
  });

  test("agrees with a simulation of the worst case", () => {
    // 20,000 rounds at the 0.99 quantile: the estimate of P(max ≤ c) has a deviation of 0.0007.
    const next = uniform(1);
    const p = 2 ** -2.5;
    const c = cutoff(200, 20, 2.5, 0.01);
    let within = 0;
    let below = 0;
    for (let round = 0; round < 20_000; round++) {
      const counts = new Int32Array(20);
      for (let i = 0; i < 200; i++) {
        const u = next();
        counts[Math.floor(u / p)]!++;
      }
      const highest = Math.max(...counts);
      if (highest <= c) within++;
      if (highest < c) below++;
    }
    // Deterministic seed: no false alarms.
    expect(within / 20_000).toBeGreaterThan(0.988);
    expect(below / 20_000).toBeLessThan(0.992);
  });

  test("the rest of the probability is in one symbol, as in NIST's program", () => {
    const alpha = 1 - 0.99 ** (1 / 2000);
    // Spread over k - 2 symbols, the rest would give 570 for each k from 4 on.
    for (const k of [2, 3, 4, 16, 256]) expect(cutoff(1000, k, 0.999, alpha)).toBe(572);
  });

  test("without a rest, and with more entropy than the symbols can hold, all are equally likely", () => {
    const alpha = 0.001;
    const equal = (symbols: number) =>
      maxCountQuantile(500, [{ symbols, probability: 1 / symbols }], 1 - alpha);
    for (const [k, h, symbols] of [
      [4, 2, 4],
      [256, 2, 4],
      [3, 2, 3],
      [49, Math.log2(49), 49],
      [200, 8, 200],
    ] as const) {
      expect(cutoff(500, k, h, alpha)).toBe(equal(symbols));
    }
  });
});

describe("restart test", () => {
  test("independent restarts pass with the lowest of the three estimates", () => {
    const matrix = noise(200 * 200, 16, 2);
    const result = restartTest(matrix, 200, 200, 4, 3);
    expect(result.passed).toBe(true);
    expect(result.sanity.alpha).toBeCloseTo(1 - 0.99 ** (1 / 400), 15);
    expect(result.hRow).toBe(assess(matrix, 4).hOriginal);
    expect(result.minEntropy).toBe(Math.min(3, result.hRow!, result.hCol!));
  });

  test("columns are rows of the transposed matrix", () => {
    const matrix = noise(100 * 150, 8, 3);
    const transposed = new Uint8Array(matrix.length);
    for (let row = 0; row < 100; row++) {
      for (let col = 0; col < 150; col++) transposed[col * 100 + row] = matrix[row * 150 + col]!;
    }
    const one = restartTest(matrix, 100, 150, 3, 2);
    const other = restartTest(transposed, 150, 100, 3, 2);
    expect(other.hRow).toBe(one.hCol);
    expect(other.hCol).toBe(one.hRow);
    expect(other.sanity.rowCutoff).toBe(one.sanity.colCutoff);
    expect(other.sanity.colMax).toBe(one.sanity.rowMax);
  });

  test("restarts that begin alike fail the sanity check", () => {
    const matrix = noise(200 * 200, 16, 4);
    for (let row = 0; row < 200; row++) matrix[row * 200] = 5;
    const result = restartTest(matrix, 200, 200, 4, 3.5);
    expect(result.passed).toBe(false);
    expect(result.sanity.colMax).toBe(200);
    expect(result.minEntropy).toBe(0);
    expect(result.hRow).toBeNull();
    expect(result.reason).toBeDefined();
  });

  test("a count equal to the cutoff passes, one more fails", () => {
    const limit = cutoff(100, 2, 1, 1 - 0.99 ** (1 / 200));
    for (const [ones, passed] of [
      [limit, true],
      [limit + 1, false],
    ] as const) {
      // Each row and column holds 50 ones but the first row.
      const matrix = Uint8Array.from({ length: 10_000 }, (_, i) =>
        i < 100 ? (i < ones ? 1 : 0) : (i + Math.floor(i / 100)) & 1,
      );
      expect(restartTest(matrix, 100, 100, 1, 1).sanity.passed).toBe(passed);
    }
  });

  test("rows that repeat each other hold less than half the initial estimate", () => {
    const row = noise(200, 16, 6);
    const matrix = Uint8Array.from({ length: 40_000 }, (_, i) => row[(i + 7 * Math.floor(i / 200)) % 200]!);
    const result = restartTest(matrix, 200, 200, 4, 2);
    expect(result.sanity.passed).toBe(true);
    expect(result.passed).toBe(false);
    expect(Math.min(result.hRow!, result.hCol!)).toBeLessThan(1);
    expect(result.minEntropy).toBe(0);
  });

  test("equal symbols, and sizes that do not fit", () => {
    expect(restartTest(new Uint8Array(400), 20, 20, 1, 0.5).passed).toBe(false);
    expect(() => restartTest(new Uint8Array(400), 20, 21, 1, 0.5)).toThrow(RangeError);
    expect(() => restartTest(new Uint8Array(400), 20, 20, 1, 1.5)).toThrow(RangeError);
    expect(() => restartTest(new Uint8Array(400), 400, 1, 1, 0.5)).toThrow(RangeError);
    expect(() => restartTest(new Uint8Array(400), 20, 20, 1, Number.NaN)).toThrow(RangeError);
  });
});
