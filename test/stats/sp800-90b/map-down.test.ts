import { describe, expect, test } from "bun:test";
import { mapDown } from "../../../src/stats/sp800-90b/index.ts";
import { noise, uniform } from "./sequences.ts";

describe("mapDown", () => {
  test("takes the bits of a given ranking, best first", () => {
    const samples = Uint32Array.of(0b1000_0000, 0b0000_0001, 0b1000_0001, 0);
    const { symbols, bitsPerSymbol } = mapDown(samples, 2, { ranking: [0, 7, 3] });
    expect([...symbols]).toEqual([0b01, 0b10, 0b11, 0b00]);
    expect(bitsPerSymbol).toBe(2);
  });

  test("chooses noisy bits over constant, copied and alternating ones", () => {
    const next = uniform(1);
    const samples = BigUint64Array.from({ length: 20_000 }, (_, i) => {
      const noisy = BigInt(Math.floor(next() * 2));
      const biased = BigInt(next() < 0.1 ? 1 : 0);
      // Bit 3 alternates, 20 and its copy 33 are noisy, 40 is biased, 63 is constant.
      return (BigInt(i & 1) << 3n) | (noisy << 20n) | (noisy << 33n) | (biased << 40n) | (1n << 63n);
    });
    const { ranking, bitsPerSymbol, symbols } = mapDown(samples, 8);
    expect(ranking.slice(0, 2)).toEqual([20, 40]);
    expect([...ranking].sort((a, b) => a - b)).toEqual([3, 20, 33, 40]);
    expect(bitsPerSymbol).toBe(4);
    expect(symbols[5]! >> 3).toBe(Number((samples[5]! >> 20n) & 1n));
    expect(mapDown(samples, 2).ranking).toEqual([20, 40]);
  });

  test("keeps all of what fits", () => {
    const bytes = noise(5000, 256, 2);
    const { ranking, symbols } = mapDown(Uint16Array.from(bytes), 8);
    expect([...ranking].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(new Set(symbols).size).toBe(new Set(bytes).size);
  });

  test("samples that do not vary, and none", () => {
    const constant = mapDown(new Uint32Array(100).fill(77), 8);
    expect(constant.ranking).toEqual([]);
    expect(constant.bitsPerSymbol).toBe(1);
    expect(constant.symbols).toEqual(new Uint8Array(100));
    expect(mapDown(new BigUint64Array(0), 4).symbols).toHaveLength(0);
  });

  test("a view into a larger buffer", () => {
    const whole = BigUint64Array.of(0n, 1n << 32n, 0n, 1n << 32n, 1n << 32n);
    expect([...mapDown(whole.subarray(1), 1).symbols]).toEqual([1, 0, 1, 1]);
  });

  test("refuses widths and rankings out of range", () => {
    const samples = new Uint16Array(4);
    for (const bits of [0, 9, 1.5]) expect(() => mapDown(samples, bits)).toThrow(RangeError);
    for (const ranking of [[], [16], [-1], [1, 1]]) {
      expect(() => mapDown(samples, 2, { ranking })).toThrow(RangeError);
    }
  });
});
