/** The linear complexity of lanes: laws against enumeration, the C loops against Massey's algorithm as he wrote it, generators. */
import { describe, expect, test } from "bun:test";
import { loadLibrary } from "../../ffi/index.ts";
import { LINEAR_COMPLEXITY } from "../../src/deep/families/linear-complexity.ts";
import { type BitLane, bitsWithin, LaneState, lane } from "../../src/deep/linear/bit-lanes.ts";
import { complexityTwoSided, zeroRunUpper } from "../../src/stats/deep/linear-complexity-law.ts";
import { keystream } from "../support/keystream.ts";
import { hostLibrary } from "../support/native-builds.ts";
import {
  fill32,
  fill64,
  fillBits,
  javaRandom,
  laggedFibonacci,
  lfsr,
  mt19937,
  mt19937of64,
  r250,
  swapBytes,
  well512a,
  xoroshiro128plus,
  xorshift32,
  xorshift128,
} from "./linear-generators.ts";
import { corrected, observe } from "./observe.ts";

const UNIT = 2 ** 16;

interface Profile {
  readonly complexity: number;
  readonly discrepancies: readonly number[];
}

/**
 * Massey's algorithm with the polynomials C and B, a coefficient each. He begins with B = 1. With B = 0, the first of several registers of equal
 * length is another one, that of Euclid's algorithm, as in the loops.
 */
function massey(bits: readonly number[]): Profile {
  let c = [1];
  let b = [0];
  let complexity = 0;
  let shift = 1;
  const discrepancies = bits.map((_, i) => {
    let d = 0;
    for (let j = 0; j < c.length; j++) d ^= c[j]! & (bits[i - j] ?? 0);
    if (d === 0) {
      shift++;
      return 0;
    }
    const before = c;
    const length = Math.max(c.length, b.length + shift);
    c = Array.from({ length }, (_, j) => (before[j] ?? 0) ^ (b[j - shift] ?? 0));
    if (2 * complexity <= i) {
      complexity = i + 1 - complexity;
      b = before;
      shift = 1;
    } else shift++;
    return 1;
  });
  return { complexity, discrepancies };
}

function longestZeroRun(bits: readonly number[]): { readonly length: number; readonly start: number } {
  let [length, start, run] = [0, 0, 0];
  for (const [i, bit] of bits.entries()) {
    run = bit === 0 ? run + 1 : 0;
    if (run > length) [length, start] = [run, i + 1 - run];
  }
  return { length, start };
}

/** The three figures of c/deep/linear_complexity.c. */
function expected(bits: readonly number[]): number[] {
  const { complexity, discrepancies } = massey(bits);
  const { length, start } = longestZeroRun(discrepancies);
  return [complexity, length, massey(bits.slice(0, start)).complexity];
}

function bitsOf(data: Uint8Array, { stride, first, fromTop }: BitLane, n: number): number[] {
  return Array.from({ length: n }, (_, i) => {
    const at = first + i * stride;
    return (data[at >> 3]! >> (fromTop ? 7 - (at & 7) : at & 7)) & 1;
  });
}

/** Enumerates sequences of n bits. */
function* sequences(n: number): Generator<number[]> {
  for (let value = 0; value < 2 ** n; value++) yield Array.from({ length: n }, (_, i) => (value >> i) & 1);
}

describe("laws", () => {
  test("the p-value is twice the smaller tail of all sequences", () => {
    for (const n of [1, 2, 7, 10, 11]) {
      const counts = Array<number>(n + 1).fill(0);
      for (const bits of sequences(n)) counts[massey(bits).complexity]!++;
      for (let complexity = 0; complexity <= n; complexity++) {
        const below = counts.slice(0, complexity + 1).reduce((a, b) => a + b) / 2 ** n;
        const above = counts.slice(complexity).reduce((a, b) => a + b) / 2 ** n;
        expect(complexityTwoSided(complexity, n)).toBeCloseTo(Math.min(1, 2 * Math.min(below, above)), 12);
      }
    }
  });

  test("of long lanes the tails are powers of a quarter", () => {
    expect(complexityTwoSided(32_768, 65_536)).toBe(1);
    expect(complexityTwoSided(32_748, 65_536) * 2 ** 40).toBeCloseTo(4 / 3, 9);
    expect(complexityTwoSided(32_789, 65_536) * 2 ** 40).toBeCloseTo(2 / 3, 9);
    expect(complexityTwoSided(128, 65_536)).toBe(0);
    expect(complexityTwoSided(65_536, 65_536)).toBe(0);
  });

  test("discrepancies of all sequences are all sequences, and the bound of runs is above their law", () => {
    const n = 11;
    const longest = Array<number>(n + 1).fill(0);
    const seen = new Set<string>();
    for (const bits of sequences(n)) {
      const { discrepancies } = massey(bits);
      seen.add(discrepancies.join(""));
      longest[longestZeroRun(discrepancies).length]!++;
    }
    expect(seen.size).toBe(2 ** n);
    for (let length = 0; length <= n + 1; length++) {
      const exact = longest.slice(length).reduce((a, b) => a + b, 0) / 2 ** n;
      expect(zeroRunUpper(length, n)).toBeGreaterThanOrEqual(exact);
      // No two runs of more than half the length exist, so there the bound is the law.
      if (length > n / 2) expect(zeroRunUpper(length, n)).toBe(exact);
    }
  });
});

/** Feeds data in pieces, and measures a window. */
function measure(
  library: string | undefined,
  layout: LaneState,
  data: Uint8Array,
  ask: { window?: number; bits?: number; pieces?: readonly number[] } = {},
): number[] {
  const loops = loadLibrary(library === undefined ? {} : { path: library }).deepLoops();
  const { window = 0, bits = layout.windows[window]!.bits, pieces = [data.length] } = ask;
  const state = new Uint8Array(layout.bytes);
  layout.prepare(state);
  for (let at = 0, i = 0; at < data.length; i++) {
    const length = Math.min(pieces[i % pieces.length]!, data.length - at);
    loops.feed("linear_lanes")(state, data.subarray(at, at + length), at);
    at += length;
  }
  layout.ask(state, window, bits, data.length);
  const figures = new Float64Array(3 * layout.lanes.length);
  loops.measure("linear_complexity")(state, figures);
  return [...figures];
}

const SOME_LANES = [
  ...[lane(1, 0), lane(1, 0, true), lane(2, 1), lane(4, 3, true), lane(8, 5)],
  ...[lane(12, 7), lane(24, 16), lane(64, 63), lane(256, 248)],
];

describe("loops", () => {
  test("lanes are as they should be, whatever the pieces, windows and lengths", () => {
    const data = keystream(6 * UNIT, 1);
    const windows = [
      { begin: 0, bits: 1024, place: 0 },
      { begin: 2 * UNIT, bits: 704, place: 1 },
      // Its last bits are not there: of stride 256 there are 2,048 in a unit.
      { begin: 5 * UNIT, bits: 3008, place: 0 },
    ];
    const layout = new LaneState(SOME_LANES, windows);
    for (const pieces of [[6 * UNIT], [UNIT], [2 * UNIT, UNIT, 3 * UNIT]]) {
      for (const [window, { begin, bits }] of windows.entries()) {
        if (window === 0) continue;
        const asked = bits - 45;
        const got = measure(undefined, layout, data, { window, bits: asked, pieces });
        const there = data.subarray(begin);
        const want = SOME_LANES.flatMap((each) =>
          expected(bitsOf(there, each, bitsWithin(each, there.length, asked))),
        );
        expect(got).toEqual(want);
      }
    }
  });

  test("a later window takes the place of an earlier one", () => {
    const data = keystream(2 * UNIT, 2);
    const windows = [
      { begin: 0, bits: 2048, place: 0 },
      { begin: UNIT, bits: 512, place: 0 },
    ];
    const got = measure(undefined, new LaneState([lane(8, 0)], windows), data, { window: 1 });
    expect(got).toEqual(expected(bitsOf(data.subarray(UNIT), lane(8, 0), 512)));
  });

  test("all lengths, over all sizes of blocks", () => {
    const data = keystream(UNIT, 3);
    for (const n of [1, 2, 63, 64, 65, 127, 128, 129, 191, 192, 320, 448, 511, 513, 1023, 1500, 2500]) {
      const layout = new LaneState([lane(1, 0)], [{ begin: 0, bits: Math.ceil(n / 64) * 64, place: 0 }]);
      expect(measure(undefined, layout, data, { bits: n })).toEqual(expected(bitsOf(data, lane(1, 0), n)));
    }
  });

  test("sequences with long runs of right predictions: zeros, a single one, a period, a recurrence that ends", () => {
    const layout = new LaneState([lane(1, 0)], [{ begin: 0, bits: 4096, place: 0 }]);
    const sparse = new Uint8Array(UNIT);
    sparse[300] = 16;
    const ending = fillBits(UNIT, lfsr(89, 38, xorshift32()));
    ending.set(keystream(UNIT - 250, 4), 250);
    for (const data of [new Uint8Array(UNIT), sparse, new Uint8Array(UNIT).fill(0x5a), ending]) {
      expect(measure(undefined, layout, data)).toEqual(expected(bitsOf(data, lane(1, 0), 4096)));
    }
  });

  test("a library without the processor's products finds the same", async () => {
    const plain = await hostLibrary("EE_DEEP_PLAIN");
    const data = keystream(UNIT, 5);
    const mixed = fill32(UNIT, xorshift128());
    const layout = new LaneState(
      [lane(1, 0), lane(3, 1), lane(16, 9)],
      [{ begin: 0, bits: 2 ** 15, place: 0 }],
    );
    for (const each of [data, mixed]) {
      expect(measure(plain, layout, each)).toEqual(measure(undefined, layout, each));
    }
  });

  test("a long loop ends soon after it is told to", () => {
    const stop = new Int32Array(new SharedArrayBuffer(4));
    stop[0] = 1;
    const loops = loadLibrary().deepLoops(stop);
    const layout = new LaneState([lane(1, 0)], [{ begin: 0, bits: 2 ** 19, place: 0 }]);
    const state = new Uint8Array(layout.bytes);
    layout.prepare(state);
    expect(() => loops.feed("linear_lanes")(state, keystream(UNIT, 6), 0)).toThrow("ECANCELED");
    layout.ask(state, 0, 2 ** 19, UNIT);
    expect(() => loops.measure("linear_complexity")(state, new Float64Array(3))).toThrow("ECANCELED");
  });
});

/** Gives good words in turn, `n` of them. */
function words(n: number): () => number {
  const values = new Uint32Array(keystream(4 * n, 7).buffer).values();
  return () => values.next().value ?? 0;
}

/** Below it a p-value, corrected for all of the family, is a finding in any battery. */
const FOUND = 1e-15;

const KNOWN_BAD: readonly (readonly [
  name: string,
  state: number,
  bytes: number,
  make: (n: number) => Uint8Array,
])[] = [
  ["xorshift32", 32, UNIT, (n) => fill32(n, xorshift32())],
  ["xorshift32, most significant byte first", 32, UNIT, (n) => swapBytes(fill32(n, xorshift32()), 4)],
  ["xorshift128", 128, UNIT, (n) => fill32(n, xorshift128())],
  ["R250", 250, UNIT, (n) => fill32(n, r250(xorshift128()))],
  ["WELL512a", 512, UNIT, (n) => fill32(n, well512a(xorshift128()))],
  ["lowest bit of xoroshiro128+", 128, UNIT, (n) => fill64(n, xoroshiro128plus())],
  [
    "lowest bit of xoroshiro128+, most significant byte first",
    128,
    UNIT,
    (n) => swapBytes(fill64(n, xoroshiro128plus()), 8),
  ],
  ["lowest bit of an additive generator", 55, UNIT, (n) => fill32(n, laggedFibonacci(xorshift128()))],
  ["an LFSR in bytes from the bottom", 89, UNIT, (n) => fillBits(n, lfsr(89, 38, xorshift32()))],
  ["an LFSR in bytes from the top", 89, UNIT, (n) => fillBits(n, lfsr(89, 38, xorshift32()), true)],
  // 2 · 44,497 bits are 11,125 bytes; by stride 8 they would be 88,994.
  ["a long LFSR from the top", 44_497, UNIT, (n) => fillBits(n, lfsr(44_497, 21_034, words(44_497)), true)],
  // 2 · 19,937 words of 32 bits are 159,496 bytes.
  ["MT19937", 19_937, 3 * UNIT, (n) => fill32(n, mt19937())],
  ["MT19937-64", 19_937, 5 * UNIT, (n) => fill64(n, mt19937of64())],
  // Bit 16 of an LCG, of every eighth word: 2^(16 - 3) + 1. Twice as many, by 32 bytes, are 524,352 bytes.
  ["java.util.Random", 8193, 9 * UNIT, (n) => fill32(n, javaRandom())],
  [
    "java.util.Random, most significant byte first",
    8193,
    9 * UNIT,
    (n) => swapBytes(fill32(n, javaRandom()), 4),
  ],
  // 2 · 110,503 words of 32 bits are 884,024 bytes.
  [
    "words of x^110503 + x^25230 + 1",
    110_503,
    15 * UNIT,
    (n) => {
      const seeds = new Uint32Array(keystream(4 * 110_503, 7).buffer);
      const words = new Uint32Array(n / 4);
      words.set(seeds);
      for (let i = 110_503; i < words.length; i++) words[i] = words[i - 110_503]! ^ words[i - 25_230]!;
      return new Uint8Array(words.buffer);
    },
  ],
];

describe("family", () => {
  test.each(KNOWN_BAD)("finds %s", (_, state, bytes, make) => {
    const observations = observe(LINEAR_COMPLEXITY, make(bytes));
    expect(corrected(observations)).toBeLessThan(FOUND);
    const found = observations.filter((each) => each.p < FOUND);
    const told = Math.min(
      ...found.map(({ suspicion }) => Number(/recurrence of (\d+) bits/.exec(suspicion)?.[1])),
    );
    expect(told).toBeGreaterThanOrEqual(state - 32);
    expect(told).toBeLessThanOrEqual(state + 2);
  });

  test("names generators, and says where a recurrence ends", () => {
    const data = fill32(3 * UNIT, mt19937());
    const found = observe(LINEAR_COMPLEXITY, data).find(
      (each) => each.test === "complexity" && each.p < FOUND,
    );
    expect(found?.suspicion).toContain("MT19937");
    expect(found?.lane).toContain("32-bit words");
    const lcg = observe(LINEAR_COMPLEXITY, fill32(9 * UNIT, javaRandom())).filter((each) => each.p < FOUND);
    expect(lcg.map(({ suspicion }) => suspicion).join("\n")).toMatch(
      /an LCG modulo a power of two, a bit that has period 16384/,
    );
    const ending = keystream(UNIT, 8);
    ending.set(fill32(UNIT / 2, xorshift128()));
    const told = observe(LINEAR_COMPLEXITY, ending)
      .filter((each) => each.test === "predicted-run" && each.p < FOUND)
      .map((each) => each.suspicion)
      .join("\n");
    expect(told).toMatch(/xorshift128.*it holds for \d+ bits, then ends/);
  });

  test("finds what begins to be linear later on", () => {
    const data = keystream(2 ** 21, 9);
    data.set(fill32(2 ** 20, mt19937()), 2 ** 20);
    expect(corrected(observe(LINEAR_COMPLEXITY, data))).toBeLessThan(FOUND);
  });

  test("passes good data of all lengths", () => {
    for (const [seed, units] of [1, 3, 15, 16, 21, 32].entries()) {
      const observations = observe(LINEAR_COMPLEXITY, keystream(units * UNIT, 20 + seed));
      expect(observations.length).toBeGreaterThan(0);
      expect(corrected(observations)).toBeGreaterThan(2 ** -10);
      for (const { n, among, p } of observations) {
        expect(n).toBeGreaterThan(0);
        expect(among).toBeGreaterThan(0);
        expect(p).toBeGreaterThan(0);
      }
    }
  });
});
