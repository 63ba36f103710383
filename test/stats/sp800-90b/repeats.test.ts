import { describe, expect, test } from "bun:test";
import { commonPrefixLengths, suffixArray } from "../../../src/stats/math/suffix-array.ts";
import { longestRepeatedSubstring } from "../../../src/stats/sp800-90b/lrs.ts";
import { countRepeats } from "../../../src/stats/sp800-90b/repeats.ts";
import { sortedPrefixLengths } from "../../../src/stats/sp800-90b/sorted-prefixes.ts";
import { tTuple } from "../../../src/stats/sp800-90b/t-tuple.ts";
import { echo, noise, sequence } from "./sequences.ts";

/** Counts of all tuples of one length, by writing them out. */
function plainCounts(symbols: Uint8Array, length: number): { highest: number; pairs: number } {
  const counts = new Map<string, number>();
  for (let i = 0; i + length <= symbols.length; i++) {
    const tuple = symbols.subarray(i, i + length).join();
    counts.set(tuple, (counts.get(tuple) ?? 0) + 1);
  }
  const values = [...counts.values()];
  return {
    highest: Math.max(...values),
    pairs: values.reduce((sum, count) => sum + (count * (count - 1)) / 2, 0),
  };
}

function sortedPrefixes(symbols: Uint8Array, alphabetSize: number): Int32Array | undefined {
  const lengths = new Int32Array(symbols.length);
  const done = sortedPrefixLengths(symbols, alphabetSize, new Int32Array(symbols.length), lengths);
  return done ? lengths : undefined;
}

describe("counts of repeats", () => {
  for (const [name, symbols, alphabetSize] of [
    ["bits", noise(400, 2, 1), 2],
    ["biased bits", noise(400, 2, 2, 0.9), 2],
    ["5 symbols", noise(400, 5, 3), 5],
    ["bytes that echo", echo(400, 256, 4, 50, 0.98), 256],
    ["constant", new Uint8Array(100), 2],
    ["period 7", Uint8Array.from({ length: 300 }, (_, i) => i % 7), 7],
  ] as const) {
    test(name, () => {
      const { longest, firstRare, highestCount, equalPairs } = countRepeats(sequence(symbols, alphabetSize));
      for (let length = 1; length <= longest; length++) {
        const expected = plainCounts(symbols, length);
        expect(expected.highest >= 35).toBe(length < firstRare);
        if (length < firstRare) expect(highestCount[length]).toBe(expected.highest);
        else expect(equalPairs[length - firstRare]).toBe(expected.pairs);
      }
      expect(firstRare).toBeLessThanOrEqual(longest + 1);
      if (longest + 1 < symbols.length) expect(plainCounts(symbols, longest + 1).highest).toBe(1);
    });
  }

  test("sorting by prefixes gives what the suffix array gives", () => {
    let sorted = 0;
    for (let seed = 0; seed < 60; seed++) {
      const alphabetSize = [2, 3, 4, 17, 256][seed % 5]!;
      // The repeats reach beyond the sorted prefix, so that ties and the end of the text matter.
      const symbols = echo(500 + seed * 37, alphabetSize, seed, 211, 0.9);
      const lengths = sortedPrefixes(symbols, alphabetSize);
      if (!lengths) continue;
      sorted++;
      expect(lengths).toEqual(commonPrefixLengths(symbols, suffixArray(symbols, alphabetSize)));
    }
    expect(sorted).toBeGreaterThan(30);
  });

  test("repetitive data are left to the suffix array", () => {
    expect(sortedPrefixes(new Uint8Array(10_000), 2)).toBeUndefined();
    expect(
      sortedPrefixes(
        Uint8Array.from({ length: 10_000 }, (_, i) => i % 3),
        3,
      ),
    ).toBeUndefined();
    const twice = noise(50_000, 256, 1);
    twice.copyWithin(25_000, 0, 25_000);
    expect(sortedPrefixes(twice, 256)).toBeUndefined();
    expect(countRepeats(sequence(twice, 256)).longest).toBe(25_000);
  });

  test("a million constant or periodic symbols take no longer than noise", () => {
    expect(countRepeats(sequence(new Uint8Array(1_000_000), 2)).longest).toBe(999_999);
    const period = Uint8Array.from({ length: 1_000_000 }, (_, i) => i % 5);
    expect(countRepeats(sequence(period, 5)).longest).toBe(999_995);
  });
});

describe("t-tuple and LRS", () => {
  const withRepeats = (symbols: Uint8Array, alphabetSize: number) => {
    const whole = sequence(symbols, alphabetSize);
    return [whole, countRepeats(whole)] as const;
  };

  test("34 occurrences are too few for a t-tuple, 35 are enough", () => {
    const symbols = Uint8Array.from({ length: 100 }, (_, i) => (i < 34 ? 0 : i - 33));
    expect(tTuple(...withRepeats(symbols, 67)).kind).toBe("not-applicable");
    symbols[34] = 0;
    const result = tTuple(...withRepeats(symbols, 67));
    if (result.kind !== "estimate") throw new Error(result.reason);
    expect(result.details["t"]).toBe(1);
    expect(result.details["pHatMax"]).toBe(0.35);
  });

  test("no LRS estimate without a repeat, or where every repeated tuple is frequent", () => {
    const different = Uint8Array.from({ length: 50 }, (_, i) => i);
    expect(longestRepeatedSubstring(...withRepeats(different, 50)).kind).toBe("not-applicable");
    // 40 zeros, no two of them neighbours, between symbols that occur once.
    const frequent = Uint8Array.from({ length: 80 }, (_, i) => (i % 2 === 0 ? 0 : i));
    expect(longestRepeatedSubstring(...withRepeats(frequent, 80)).kind).toBe("not-applicable");
  });
});
