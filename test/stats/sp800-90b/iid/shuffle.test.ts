import { describe, expect, test } from "bun:test";
import { seedGenerator, shuffle } from "../../../../src/stats/sp800-90b/iid/shuffle.ts";

/** xoshiro128** and Lemire's method step by step, products in halves so that none is rounded. */
function exactShuffle(symbols: Uint8Array, seed: ArrayLike<number>): void {
  const rotate = (x: number, by: number) => (x << by) | (x >>> (32 - by));
  const s = Int32Array.from(seed);
  const next = () => {
    const word = Math.imul(rotate(Math.imul(s[1]!, 5), 7), 9) >>> 0;
    const shifted = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= shifted;
    s[3] = rotate(s[3]!, 11);
    return word;
  };
  const lowHalf = (word: number, size: number) => Math.imul(word, size) >>> 0;
  const highHalf = (word: number, size: number) =>
    Math.floor(((word >>> 16) * size + Math.floor(((word & 0xffff) * size) / 2 ** 16)) / 2 ** 16);
  for (let i = symbols.length - 1; i > 0; i--) {
    const unfair = 2 ** 32 % (i + 1);
    let word = next();
    while (lowHalf(word, i + 1) < unfair) word = next();
    const index = highHalf(word, i + 1);
    const symbol = symbols[i]!;
    symbols[i] = symbols[index]!;
    symbols[index] = symbol;
  }
}

const counting = (length: number) => Uint8Array.from({ length }, (_, i) => i);

describe("shuffle", () => {
  test("is Fisher–Yates with xoshiro128**", () => {
    for (const length of [0, 1, 2, 3, 100, 50_000]) {
      const state = seedGenerator(7, length);
      const expected = counting(length);
      exactShuffle(expected, state);
      const actual = counting(length);
      shuffle(actual, state);
      expect(actual).toEqual(expected);
    }
  });

  test("is exact where products pass 2^53", () => {
    const length = 2 ** 21 + 2 ** 15;
    const state = seedGenerator(8, 0);
    const expected = counting(length);
    exactShuffle(expected, state);
    const actual = counting(length);
    shuffle(actual, state);
    expect(Buffer.compare(actual, expected)).toBe(0);
  });

  test("goes on where it stopped", () => {
    const state = seedGenerator(9, 0);
    const before = Array.from(state);
    shuffle(counting(10), state);
    expect(Array.from(state)).not.toEqual(before);
  });

  test("makes all permutations of four about equally often", () => {
    const counts = new Map<string, number>();
    const state = seedGenerator(10, 0);
    for (let i = 0; i < 24_000; i++) {
      const symbols = counting(4);
      shuffle(symbols, state);
      counts.set(symbols.join(), (counts.get(symbols.join()) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // χ² with 23 degrees of freedom passes 100 with probability 2e-11 < 2^-35, and the seed is fixed.
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquare).toBeLessThan(100);
  });

  test("streams and seeds differ", () => {
    const states = [
      seedGenerator(0, 0),
      seedGenerator(0, 1),
      seedGenerator(1, 0),
      seedGenerator(2 ** 32 - 1, 0),
    ];
    expect(new Set(states.map((state) => state.join())).size).toBe(states.length);
    for (const state of states) expect(state.some((word) => word !== 0)).toBe(true);
  });
});
