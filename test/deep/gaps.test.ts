/** Gaps: counts against a plain reckoning, the law against simulation, and streams that are found. */
import { describe, expect, test } from "bun:test";
import { UNIT_BYTES } from "../../ffi/deep-loops.ts";
import { loadLibrary } from "../../ffi/index.ts";
import { GAPS } from "../../src/deep/families/gaps.ts";
import { gapLaw, judgeSpread, judgeTotal } from "../../src/stats/deep/gap-law.ts";
import { keystream } from "../support/keystream.ts";
import { bytesOf, hashedCounter, lcg32, weyl } from "./arithmetic-generators.ts";
import { laneOf } from "./lane-oracle.ts";
import { corrected, correctedOf, observe } from "./observe.ts";

const BLOCK = 2 ** 17;
const CELLS = 256;
/** Two blocks of 16-bit words and two units more, uneven. */
const DATA = keystream(10 * UNIT_BYTES, 1).map((byte, i) => (i % 5 < 2 ? byte & 0x3f : byte));

/** By distance in steps of 512: gaps in complete blocks, then words that come first in their block, then blocks. */
function gapsOf(words: Uint16Array): number[] {
  const counts = Array<number>(CELLS + 2).fill(0);
  for (let block = 0; block + BLOCK <= words.length; block += BLOCK) {
    const last = new Map<number, number>();
    for (let i = block; i < block + BLOCK; i++) {
      const before = last.get(words[i]!);
      counts[before === undefined ? CELLS : (i - before) >> 9]!++;
      last.set(words[i]!, i);
    }
    counts[CELLS + 1]!++;
  }
  return counts;
}

/** Reads what the loop counted for each series of a part, of which there are so many. */
function countedBy(id: string, series: number, data: Uint8Array, pieces: readonly number[]): number[][] {
  const part = GAPS.parts(loadLibrary().deepLoops()).find((each) => each.id === id)!;
  const state = new Uint8Array(part.stateBytes);
  part.prepare?.(state);
  let at = 0;
  for (let i = 0; at < data.length; i++) {
    const length = Math.min(pieces[i % pieces.length]! * UNIT_BYTES, data.length - at);
    part.feed(state, data.subarray(at, at + length), at);
    at += length;
  }
  const bytes = 8 * (CELLS + 3) + 4 * 2 * CELLS + 4 * 2 ** 16;
  return Array.from({ length: series }, (_, each) =>
    Array.from(new BigUint64Array(state.buffer, 8 + each * bytes, CELLS + 2), Number),
  );
}

test("gaps are counted in the stream and in the halves of 32-bit words, however it is cut", () => {
  const words = new Uint16Array(DATA.buffer);
  const expected = [words, words.filter((_, i) => i % 2 === 0), words.filter((_, i) => i % 2 === 1)].map(
    gapsOf,
  );
  expect(expected.map((counts) => counts.at(-1))).toEqual([2, 1, 1]);
  for (const pieces of [[10], [1], [3, 2]]) expect(countedBy("gaps", 3, DATA, pieces)).toEqual(expected);
});

test("gaps are counted in lanes", () => {
  const counted = countedBy("gaps-of-byte-lanes", 6, DATA, [4]);
  for (let lane = 1; lane <= 6; lane++) {
    expect(counted[lane - 1]).toEqual(gapsOf(new Uint16Array(laneOf(DATA, lane).buffer)));
  }
  const bits = countedBy("gaps-of-bit-lanes", 14, DATA, [4]);
  for (let lane = 7; lane < 21; lane++) expect(bits[lane - 7]!.at(-1)).toBe(0);
});

describe("the law", () => {
  const ranges = [1, 33, 65, 129, 257, 385, 512].flatMap((from, at, all) =>
    at + 1 < all.length ? [{ from, to: all[at + 1]! }] : [],
  );
  const law = gapLaw(ranges, 512, 256);

  test("has the mean and the variance of occupancy", () => {
    // Empty cells of m balls in K: K(1 − 1/K)^m, and their variance.
    const [m, k] = [512, 256];
    const empty = k * (1 - 1 / k) ** m;
    const variance = empty + k * (k - 1) * (1 - 2 / k) ** m - empty * empty;
    expect(law.means.reduce((a, b) => a + b)).toBeCloseTo(m - (k - empty), 1);
    const sum = law.covariances.flatMap((row) => [...row]).reduce((a, b) => a + b);
    expect(sum / variance).toBeCloseTo(1, 2);
  });

  test("has the covariances of simulated blocks", () => {
    const blocks = 4000;
    const draws = keystream(512 * blocks, 2);
    const squares = law.means.map(() => 0);
    let neighbours = 0;
    for (let block = 0; block < blocks; block++) {
      const last = new Int32Array(256);
      const counts = new Float64Array(ranges.length);
      for (let i = 1; i <= 512; i++) {
        const value = draws[512 * block + i - 1]!;
        const gap = i - last[value]!;
        if (last[value]! > 0) counts[ranges.findIndex(({ to }) => gap < to)]!++;
        last[value] = i;
      }
      const away = counts.map((count, at) => count - law.means[at]!);
      for (const [at, each] of away.entries()) squares[at]! += each * each;
      neighbours += away[2]! * away[3]!;
    }
    // Six standard errors: of a variance √(2/n) of it, of a covariance √(ab/n) at most.
    for (const [at, sum] of squares.entries()) {
      expect(Math.abs(sum / blocks / law.covariances[at]![at]! - 1)).toBeLessThan(6 * Math.sqrt(2 / blocks));
    }
    const [a, b, c] = [law.covariances[2]![2]!, law.covariances[3]![3]!, law.covariances[2]![3]!];
    expect(c).toBeLessThan(-0.25 * Math.sqrt(a * b));
    expect(Math.abs(neighbours / blocks - c)).toBeLessThan(6 * Math.sqrt((2 * a * b) / blocks));
  });

  test("judges the expected counts as such, and others by their distance", () => {
    const expected = law.means.map((mean) => 9 * mean);
    expect(judgeTotal(expected, law, 9)).toEqual({ statistic: 0, p: 1 });
    expect(judgeSpread(expected, law, 9).statistic).toBeCloseTo(0, 9);
    // One range, three of its standard deviations away, and the others where that makes them expected.
    const [row] = law.covariances;
    const shifted = expected.map((count, at) => count + 3 * 3 * (row![at]! / Math.sqrt(row![0]!)));
    expect(judgeSpread(shifted, law, 9).statistic).toBeCloseTo(9, 6);
  });
});

describe("streams", () => {
  test("good ones pass", () => {
    for (const seed of [3, 4]) {
      expect(corrected(observe(GAPS, keystream(24 * UNIT_BYTES, seed), [5]))).toBeGreaterThan(0.001);
    }
  });

  test("words of full period come too evenly", () => {
    for (const next of [lcg32(), weyl(0x9e3779b9)]) {
      expect(corrected(observe(GAPS, bytesOf(next, 16 * UNIT_BYTES)))).toBeLessThan(1e-12);
    }
    // A permutation of 16-bit words, again and again.
    const hash = hashedCounter();
    const order = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);
    for (let i = order.length - 1; i > 0; i--) {
      const other = (hash() >>> 0) % (i + 1);
      [order[i], order[other]] = [order[other]!, order[i]!];
    }
    const words = Uint16Array.from({ length: 4 * BLOCK }, (_, i) => order[i & 0xffff]!);
    expect(correctedOf(observe(GAPS, new Uint8Array(words.buffer)), "distinct-words")).toBe(0);
  });

  test("words that come again at preferred distances show in 2 MB", () => {
    const words = new Uint16Array(keystream(16 * BLOCK, 6).buffer);
    for (let i = 5000; i < words.length; i += 64) words[i] = words[i - 4000 - (i % 128)]!;
    expect(correctedOf(observe(GAPS, new Uint8Array(words.buffer)), "gap-lengths")).toBeLessThan(1e-12);
  });
});
