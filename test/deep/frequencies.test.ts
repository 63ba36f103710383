/** Frequencies: lanes and counts against a plain reckoning, and streams that are found. */
import { describe, expect, test } from "bun:test";
import { UNIT_BYTES } from "../../ffi/deep-loops.ts";
import { loadLibrary } from "../../ffi/index.ts";
import { FREQUENCIES } from "../../src/deep/families/frequencies.ts";
import { LANES } from "../../src/deep/lanes.ts";
import { keystream } from "../support/keystream.ts";
import { hostLibrary } from "../support/native-builds.ts";
import { bytesOf, lcg32, weyl } from "./arithmetic-generators.ts";
import { laneOf } from "./lane-oracle.ts";
import { corrected, correctedOf, observe } from "./observe.ts";

const MB = 2 ** 20;
/** Uneven in every lane. */
const UNEVEN = keystream(5 * UNIT_BYTES, 1).map((byte, i) => (i % 7 < 3 ? byte & 0x3f : byte));

/** Bit streams are tested at positions. */
const bit = (bytes: Uint8Array, i: number) => (bytes[i >> 3]! >> (i & 7)) & 1;

/** Sets one bit of each thousand to 1, or to the one `lag` bits earlier. */
function dependent(bytes: number, lag: number | undefined, seed: number): Uint8Array {
  const data = keystream(bytes, seed);
  const choices = new Uint32Array(keystream(4 * Math.floor((8 * bytes) / 1000), seed + 1).buffer);
  for (const [block, choice] of choices.entries()) {
    const i = 1000 * block + (choice % 1000);
    if (i >= (lag ?? 0)) setBit(data, i, lag === undefined ? 1 : bit(data, i - lag));
  }
  return data;
}

function setBit(data: Uint8Array, i: number, value: number): void {
  data[i >> 3] = (data[i >> 3]! & ~(1 << (i & 7))) | (value << (i & 7));
}

describe("counts", () => {
  const observations = observe(FREQUENCIES, UNEVEN);

  test("of ones and pairs are those of lanes taken bit by bit", () => {
    for (let index = 1; index < LANES.length; index++) {
      const lane = laneOf(UNEVEN, index);
      let ones = 0;
      for (let i = 0; i < 8 * lane.length; i++) ones += bit(lane, i);
      const { words } = LANES[index]!;
      const found = observations.find((each) => each.test === "ones" && each.lane === words)!;
      expect([found.n, found.statistic]).toEqual([8 * lane.length, ones]);
      const pairs = observations.find((each) => each.test === "pairs" && each.lane === words);
      if (lane.length < 2 ** 15) expect(pairs).toBeUndefined();
      else expect(pairs!.statistic).toBeCloseTo(chiSquareOfPairs(lane, 0, 2 * UNIT_BYTES), 4);
    }
  });

  test("of pairs at odd offsets are those within units", () => {
    const at = (lane: string) => observations.find((each) => each.test === "pairs" && each.lane === lane)!;
    expect(at("at even offsets").statistic).toBeCloseTo(chiSquareOfPairs(UNEVEN, 0, UNIT_BYTES), 4);
    expect(at("at odd offsets").n).toBe(5 * (UNIT_BYTES / 2 - 1));
    expect(at("at odd offsets").statistic).toBeCloseTo(chiSquareOfPairs(UNEVEN, 1, UNIT_BYTES), 4);
  });

  test("of distant pairs are those of bytes of 32-bit words", () => {
    // Each byte 2 is like the byte 1 of the word after it, now and then.
    const data = keystream(2 * UNIT_BYTES, 12);
    for (let i = 2; i + 3 < data.length; i += 4 * 5) data[i + 3] = data[i]!;
    const found = observe(FREQUENCIES, data).find((each) => each.test === "distant-pairs")!;
    expect(found.lane).toBe("byte 2 of 32-bit words with the one 3 later");
    const counts = new Map<number, number>();
    let n = 0;
    for (let unit = 0; unit < data.length; unit += UNIT_BYTES) {
      for (let i = 0; i + 8 < UNIT_BYTES; i += 4, n++) {
        const pair = data[unit + i + 2]! | (data[unit + i + 5]! << 8);
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    }
    const squares = [...counts.values()].reduce((sum, count) => sum + count * count, 0);
    expect(found.n).toBe(n);
    expect(found.statistic).toBeCloseTo((squares * 65536) / n - n, 4);
  });

  test("of transitions are those of bits", () => {
    // Bits that repeat at two lags, so that these are the lowest of each kind.
    for (const [lag, name] of [
      [1, "transitions"],
      [5, "transitions-at-short-lags"],
      [37, "transitions-at-sampled-lags"],
      [256, "transitions-at-lags"],
      [4096, "transitions-at-lags"],
      [96, "transitions-at-sampled-lags"],
    ] as const) {
      const data = keystream(3 * UNIT_BYTES, 2);
      for (let i = 8 * data.length - 1; i >= 8192; i--) {
        if (i % 61 === 0) setBit(data, i, bit(data, i - lag));
      }
      const found = observe(FREQUENCIES, data, [1, 2]).find((each) => each.test === name)!;
      expect(found.lane).toBe(`lag ${lag}`);
      let differing = 0;
      const within = name === "transitions" || name === "transitions-at-short-lags";
      for (let i = within ? 0 : 8 * 512; i < 8 * data.length; i++) {
        // Short lags are counted within words of 16 bits.
        if (within && (i % 16) + lag >= 16) continue;
        differing += within ? bit(data, i) ^ bit(data, i + lag) : bit(data, i) ^ bit(data, i - lag);
      }
      expect(found.statistic).toBe(differing);
    }
  });

  test("are the same however the stream is cut, and without wide vectors", async () => {
    expect(observe(FREQUENCIES, UNEVEN, [1])).toEqual(observations);
    expect(observe(FREQUENCIES, UNEVEN, [2, 1])).toEqual(observations);
    const plain = loadLibrary({ path: await hostLibrary("EE_DEEP_PLAIN") });
    expect(observe(FREQUENCIES, UNEVEN, [3], plain.deepLoops())).toEqual(observations);
  });
});

/** χ² of the pairs that begin at `from`, from + 2… in each block. */
function chiSquareOfPairs(lane: Uint8Array, from: number, block: number): number {
  const counts = new Map<number, number>();
  let n = 0;
  for (let i = 0; i < lane.length; i += 2) {
    const at = i + from;
    if (at + 1 >= lane.length || Math.floor(at / block) !== Math.floor((at + 1) / block)) continue;
    const pair = lane[at]! | (lane[at + 1]! << 8);
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
    n++;
  }
  let squares = 0;
  for (const count of counts.values()) squares += count * count;
  return (squares * 65536) / n - n;
}

describe("streams", () => {
  test("good ones pass", () => {
    for (const size of [1, 2, 5, 16, 40]) {
      expect(corrected(observe(FREQUENCIES, keystream(size * UNIT_BYTES, size), [3]))).toBeGreaterThan(0.001);
    }
  });

  test("a bias of 1/2000, and as much of a correlation, show in 16 MB", () => {
    expect(correctedOf(observe(FREQUENCIES, dependent(16 * MB, undefined, 3)), "ones")).toBeLessThan(1e-12);
    expect(correctedOf(observe(FREQUENCIES, dependent(16 * MB, 1, 5)), "transitions")).toBeLessThan(1e-12);
    expect(correctedOf(observe(FREQUENCIES, dependent(16 * MB, 64, 7)), "transitions-at-lags")).toBeLessThan(
      1e-12,
    );
  });

  test("four bytes of RC4 under each of many keys show in 512 KiB", () => {
    // I. Mantin and A. Shamir (FSE 2001): the second byte is 0 twice as often. Two in 256 here.
    const data = keystream(8 * UNIT_BYTES, 9);
    const choices = keystream(data.length / 4, 10);
    for (const [word, choice] of choices.entries()) if (choice === 7) data[4 * word + 1] = 0;
    const observations = observe(FREQUENCIES, data);
    expect(correctedOf(observations, "value-by-place")).toBeLessThan(1e-12);
    expect(observations.find((each) => each.test === "value-by-place")!.lane).toBe(
      "value 0 in byte 1 of each 4",
    );
  });

  test("low bits of congruential words and counters show in 64 KiB, in both orders", () => {
    for (const isLittleEndian of [true, false]) {
      for (const next of [lcg32(), weyl(0x9e3779b9)]) {
        expect(corrected(observe(FREQUENCIES, bytesOf(next, UNIT_BYTES, isLittleEndian)))).toBeLessThan(
          1e-12,
        );
      }
    }
  });

  test("a stream of zeros is too uneven, one of a permutation too even", () => {
    const zeros = new Uint8Array(16 * UNIT_BYTES);
    expect(corrected(observe(FREQUENCIES, zeros))).toBe(0);
    // Each pair of bytes comes equally often.
    const even = new Uint8Array(16 * UNIT_BYTES);
    for (let i = 0; i < even.length / 2; i++) {
      const word = Math.imul(i, 40503) & 0xffff;
      even[2 * i] = word;
      even[2 * i + 1] = word >> 8;
    }
    expect(correctedOf(observe(FREQUENCIES, even), "pairs")).toBeLessThan(1e-12);
  });
});
