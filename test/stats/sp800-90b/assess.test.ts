import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { assess, ESTIMATORS } from "../../../src/stats/sp800-90b/index.ts";
import { echo, noise, uniform } from "./sequences.ts";

const original = (symbols: Uint8Array, bits: number) => {
  const { estimators } = assess(symbols, bits);
  return Object.fromEntries(ESTIMATORS.map(({ id }) => [id, estimators[id].original]));
};

describe("result", () => {
  test("has the documented shape", () => {
    const result = assess(noise(8000, 16, 1), 4);
    expect(Object.keys(result)).toEqual([
      "schema",
      "bitsPerSymbol",
      "symbols",
      "alphabetSize",
      "estimators",
      "hOriginal",
      "hBitstring",
      "minEntropy",
      "remarks",
    ]);
    expect(Object.keys(result.estimators)).toEqual(ESTIMATORS.map(({ id }) => id));
    expect(Object.keys(result.estimators.collision)).toEqual(["bitstring"]);
    expect(Object.keys(result.estimators.mcv)).toEqual(["original", "bitstring"]);
    expect(result.minEntropy).toBe(Math.min(result.hOriginal, 4 * result.hBitstring!));
    expect(result.remarks).toEqual([]);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  test("two different symbols are bits, whatever their width", () => {
    const bits = noise(7000, 2, 2);
    const bytes = bits.map((bit) => (bit === 1 ? 250 : 3));
    const result = assess(bytes, 8);
    expect(result.hBitstring).toBeNull();
    expect(result.estimators.collision).toEqual({ original: assess(bits, 1).estimators.collision.original! });
    expect(result.minEntropy).toBe(assess(bits, 1).minEntropy);
  });

  test("details come on request", () => {
    const result = assess(noise(7000, 8, 3), 3, { details: true });
    expect(result.details!.mcv.original!["modeCount"]).toBeGreaterThan(7000 / 8);
    expect(result.details!.lag.bitstring!["n"]).toBe(20_999);
  });

  test("the bit string may be truncated, as by NIST's -t", () => {
    const symbols = noise(8000, 8, 4);
    const whole = assess(symbols, 3, { details: true });
    const cut = assess(symbols, 3, { details: true, truncateBitString: 10_000 });
    expect(cut.details!.lag.bitstring!["n"]).toBe(9_999);
    expect(cut.hOriginal).toBe(whole.hOriginal);
    expect(assess(symbols, 3, { truncateBitString: 24_000 })).toEqual(assess(symbols, 3));
    expect(assess(symbols, 3, { truncateBitString: 1_000_000 })).toEqual(assess(symbols, 3));
  });
});

describe("what cannot be assessed", () => {
  test("no symbols, one symbol, equal symbols: no entropy, with the reason", () => {
    for (const [symbols, bits] of [
      [new Uint8Array(0), 8],
      [Uint8Array.of(5), 8],
      [new Uint8Array(20_000).fill(7), 3],
    ] as const) {
      const result = assess(symbols, bits);
      expect(result.minEntropy).toBe(0);
      expect(Object.is(result.minEntropy, -0)).toBe(false);
      expect(result.remarks).toHaveLength(1);
    }
  });

  test("every length from 2 on gives an answer, and says what is missing", () => {
    for (let length = 2; length <= 70; length++) {
      for (const [size, bits] of [
        [2, 1],
        [256, 8],
      ] as const) {
        const symbols = noise(length, size, length);
        symbols[0] = 0;
        symbols[1] = 1;
        const result = assess(symbols, bits);
        expect(result.minEntropy).toBeGreaterThanOrEqual(0);
        expect(result.minEntropy).toBeLessThanOrEqual(bits);
        for (const { id } of ESTIMATORS) {
          for (const [track, value] of Object.entries(result.estimators[id])) {
            const excused = result.remarks.some((remark) => remark.startsWith(`${id}, ${track}: `));
            expect(value === null).toBe(excused);
            if (value !== null) expect(value).toBeWithin(0, bits + 1e-9);
          }
        }
      }
    }
  });

  test("wrong types and ranges", () => {
    expect(() => assess([1, 2] as unknown as Uint8Array, 8)).toThrow(TypeError);
    expect(() => assess(new Uint8Array(10), 0)).toThrow(RangeError);
    expect(() => assess(new Uint8Array(10), 9)).toThrow(RangeError);
    expect(() => assess(Uint8Array.of(0, 4), 2)).toThrow(RangeError);
    expect(() => assess(Uint8Array.of(0, 1), 1, { truncateBitString: 1 })).toThrow(RangeError);
  });
});

describe("properties", () => {
  test("renaming the symbols changes no estimator but the two that break ties by size", () => {
    const rename = fc.shuffledSubarray(
      Array.from({ length: 6 }, (_, i) => i),
      { minLength: 6, maxLength: 6 },
    );
    fc.assert(
      fc.property(rename, fc.integer({ min: 1, max: 1000 }), (names, seed) => {
        const symbols = echo(5000, 6, seed, 3, 0.4);
        const before = original(symbols, 3);
        const after = original(
          symbols.map((symbol) => names[symbol]!),
          3,
        );
        for (const id of ["mcv", "tTuple", "lrs", "multiMcw", "lag"]) expect(after[id]).toBe(before[id]);
      }),
      { seed: 2, numRuns: 20 },
    );
  });

  test("turning a symbol into the commonest one never raises the most common value estimate", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 2, maxLength: 200 }), (values) => {
        const symbols = Uint8Array.from(values);
        symbols[0] = 0;
        symbols[1] = 1;
        const counts = new Int32Array(16);
        for (const symbol of symbols) counts[symbol]!++;
        const mode = counts.indexOf(Math.max(...counts));
        const other = symbols.findIndex((symbol) => symbol !== mode);
        const before = assess(symbols, 4).estimators.mcv.original!;
        symbols[other] = mode;
        const result = assess(symbols, 4);
        expect(result.estimators.mcv.original ?? 0).toBeLessThanOrEqual(before);
      }),
      { seed: 3, numRuns: 100 },
    );
  });

  test("more bias, less entropy", () => {
    const estimates = [0, 0.2, 0.4, 0.6, 0.8, 0.95].map(
      (bias) => assess(noise(20_000, 16, 5, bias), 4).minEntropy,
    );
    expect(estimates).toEqual([...estimates].sort((a, b) => b - a));
    expect(estimates[0]).toBeGreaterThan(2.5);
    expect(estimates[5]).toBeLessThan(0.2);
  });

  test("each kind of pattern is seen by the estimator made for it", () => {
    const next = uniform(6);
    // A lag far beyond the contexts of the other predictors.
    const lagged = assess(echo(20_000, 16, 7, 100, 0.95), 4).estimators;
    expect(lagged.lag.original).toBeLessThan(0.15);
    expect(lagged.mcv.original).toBeGreaterThan(3);
    // A symbol determined by the two before it.
    const chain = new Uint8Array(20_000);
    for (let i = 0; i < chain.length; i++) {
      const follows = i > 1 && next() < 0.95;
      chain[i] = follows ? (3 * chain[i - 1]! + 5 * chain[i - 2]! + 1) % 16 : Math.floor(next() * 16);
    }
    expect(assess(chain, 4).estimators.multiMmc.original).toBeLessThan(0.2);
    // A mode that moves.
    const drifting = Uint8Array.from({ length: 40_000 }, (_, i) =>
      next() < 0.8 ? Math.floor(i / 2000) % 16 : Math.floor(next() * 16),
    );
    const drift = assess(drifting, 4).estimators;
    expect(drift.multiMcw.original).toBeLessThan(0.5);
    expect(drift.mcv.original).toBeGreaterThan(3);
  });

  test("constant, periodic and doubled recordings end", () => {
    const half = noise(25_000, 256, 8);
    const doubled = new Uint8Array(50_000);
    doubled.set(half);
    doubled.set(half, 25_000);
    const single = new Uint8Array(50_000);
    single[17_777] = 1;
    const periodic = Uint8Array.from({ length: 50_000 }, (_, i) => (i * i) % 251);
    for (const symbols of [doubled, single, periodic]) {
      expect(assess(symbols, 8).minEntropy).toBeWithin(0, 8);
    }
    expect(assess(single, 8).minEntropy).toBeLessThan(0.001);
    expect(assess(periodic, 8).minEntropy).toBeLessThan(0.001);
  });
});
