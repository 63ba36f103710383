/** Weights: loops against a plain reckoning, and generators that are found. */
import { describe, expect, test } from "bun:test";
import { UNIT_BYTES } from "../../ffi/deep-loops.ts";
import { loadLibrary } from "../../ffi/index.ts";
import { WEIGHTS, windowsOf } from "../../src/deep/families/weights.ts";
import type { Part } from "../../src/deep/family.ts";
import { middling } from "../../src/stats/deep/weight-patterns.ts";
import { keystream } from "../support/keystream.ts";
import { hostLibrary } from "../support/native-builds.ts";
import { bytesOf, lcg32 } from "./arithmetic-generators.ts";
import { laneOf } from "./lane-oracle.ts";
import { xorshift32 } from "./linear-generators.ts";
import { corrected, correctedOf, observe } from "./observe.ts";

const LOOPS = loadLibrary().deepLoops();
const MB = 2 ** 20;
const DATA = keystream(5 * UNIT_BYTES, 1).map((byte, i) => (i % 7 < 3 ? byte & 0x3f : byte));

const ONES = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll("0", "").length);

function fed(id: string, data: Uint8Array): { part: Part; state: Uint8Array } {
  const part = WEIGHTS.parts(LOOPS).find((each) => each.id === id)!;
  const state = new Uint8Array(part.stateBytes);
  part.prepare?.(state);
  part.feed(state, data, 0);
  return { part, state };
}

/** Classes of the weights of words, as characters, and from them windows of eight at every fourth. */
function windows(lane: Uint8Array, level: number): Float64Array {
  const counts = new Float64Array(3 ** 8);
  const size = 2 ** level;
  let classes = "";
  for (let word = 0; word + size <= lane.length; word += size) {
    let weight = 0;
    for (let i = word; i < word + size; i++) weight += ONES[lane[i]!]!;
    const away = weight - 4 * size;
    classes += Math.abs(away) <= middling(8 * size) ? "1" : away < 0 ? "0" : "2";
  }
  for (let at = 0; at + 8 <= classes.length; at += 4) {
    counts[Number.parseInt([...classes.slice(at, at + 8)].reverse().join(""), 3)]!++;
  }
  return counts;
}

/** B. Jenkins, "A small non-cryptographic PRNG" (2007), with bytes, as PractRand's jsf8 rotates them: by 1 and 4. */
function smallFast(bytes: number): Uint8Array {
  let [a, b, c, d] = [0xf1, 0x5a, 0x5a, 0x5a];
  const rotate = (x: number, by: number) => ((x << by) | (x >> (8 - by))) & 255;
  return Uint8Array.from({ length: bytes }, () => {
    const e = (a - rotate(b, 1)) & 255;
    a = b ^ rotate(c, 4);
    b = (c + d) & 255;
    c = (d + e) & 255;
    d = (e + a) & 255;
    return d;
  });
}

describe("counts", () => {
  test("of classes are those of words, at each level", () => {
    const { state } = fed("classes", DATA);
    for (let level = 0; level < 21; level++) expect(windowsOf(state, level)).toEqual(windows(DATA, level));
  });

  test("of classes of lanes are those of their words", () => {
    for (const [id, first, lanes] of [
      ["classes-of-byte-lanes", 1, 6],
      ["classes-of-bit-lanes", 7, 14],
    ] as const) {
      const { state } = fed(id, DATA);
      for (let at = 0; at < lanes; at++) {
        const lane = laneOf(DATA, first + at);
        for (let level = 0; level < 4; level++) {
          expect(windowsOf(state, 4 * at + level)).toEqual(windows(lane, level));
        }
      }
    }
  });

  test("of remainders modulo 3 are those of words", () => {
    const { state } = fed("remainders", DATA);
    for (let level = 0; level < 4; level++) {
      const size = 2 ** level;
      const counts = new Float64Array(3 ** 8);
      const classes: number[] = [];
      for (let word = 0; word < DATA.length; word += size) {
        let value = 0n;
        for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(DATA[word + i]!);
        classes.push([1, 0, 2][Number(value % 3n)]!);
      }
      for (let at = 0; at + 8 <= classes.length; at += 4) {
        counts[classes.slice(at, at + 8).reduceRight((sum, each) => 3 * sum + each, 0)]!++;
      }
      expect(windowsOf(state, level)).toEqual(counts);
    }
  });

  test("of products at lags are sums over the words of units", () => {
    const { state } = fed("lags", DATA.subarray(0, 2 * UNIT_BYTES));
    const sums = new BigInt64Array(state.buffer);
    const weights = Array.from({ length: UNIT_BYTES / 2 }, (_, word) =>
      DATA.subarray(4 * word, 4 * word + 4).reduce((sum, byte) => sum + ONES[byte]!, -16),
    );
    for (const lag of [1, 2, 3, 100, 4095, 4096]) {
      let sum = 0;
      for (let unit = 0; unit < 2; unit++) {
        for (let i = 4096; i < 16384; i++)
          sum += weights[16384 * unit + i]! * weights[16384 * unit + i - lag]!;
      }
      expect(Number(sums[lag - 1])).toBe(sum);
    }
  });

  test("of bits that follow the first one are those of each place by itself", () => {
    const { state } = fed("first-ones-of-bit-lanes", DATA);
    // By lane: how many words for each place, and the counts.
    const numbers = 14 + 13 * 2 ** 14;
    const counts = new Uint32Array(state.buffer, 8, 14 * numbers);
    for (const index of [7, 14, 20]) {
      const lane = laneOf(DATA, index);
      const expected = new Float64Array(13 * 2 ** 14);
      const unit = lane.length / 5;
      for (let place = 3; place < 16; place++) {
        let free = 0;
        for (let at = 0; at < lane.length; at += 2) {
          if (at % unit === 0) free = at;
          // The last word of a unit has its bits in the next one.
          if (at < free || at % unit === unit - 2) continue;
          const view = new DataView(lane.buffer, at);
          const word = view.getUint32(0, true);
          if ((word & 0xffff) === 0 || 31 - Math.clz32(word & -word) !== place) continue;
          expected[(place - 3) * 2 ** 14 + ((word >>> (place + 1)) & 0x3fff)]!++;
          free = at + 2 * Math.ceil((place + 15) / 16);
        }
      }
      const found = counts.subarray((index - 7) * numbers, (index - 6) * numbers);
      expect(Float64Array.from(found.subarray(14))).toEqual(expected);
      for (let place = 0; place < 13; place++) {
        const words = expected.subarray(place * 2 ** 14, (place + 1) * 2 ** 14).reduce((a, b) => a + b);
        expect(found[place]).toBe(words);
      }
    }
  });

  test("are the same however the stream is cut, and without wide vectors", async () => {
    const observations = observe(WEIGHTS, DATA);
    expect(observe(WEIGHTS, DATA, [1])).toEqual(observations);
    expect(observe(WEIGHTS, DATA, [2, 1])).toEqual(observations);
    const plain = loadLibrary({ path: await hostLibrary("EE_DEEP_PLAIN") });
    expect(observe(WEIGHTS, DATA, [3], plain.deepLoops())).toEqual(observations);
  });
});

describe("streams", () => {
  test("good ones pass", () => {
    for (const size of [1, 3, 16]) {
      expect(corrected(observe(WEIGHTS, keystream(size * UNIT_BYTES, size), [3]))).toBeGreaterThan(0.001);
    }
  });

  test("xorshift and the highest halves of congruential words show in 1 MB", () => {
    expect(correctedOf(observe(WEIGHTS, bytesOf(xorshift32(1), MB)), "patterns")).toBeLessThan(1e-12);
    const next = lcg32();
    const halves = bytesOf(() => (next() >>> 16) | (next() & 0xffff0000), MB);
    expect(correctedOf(observe(WEIGHTS, halves), "patterns")).toBeLessThan(1e-12);
  });

  test("remainders of a generator of bytes with a state of 32 bits show in 1 MB", () => {
    expect(correctedOf(observe(WEIGHTS, smallFast(MB)), "remainders")).toBeLessThan(1e-12);
  });

  test("words that follow after few ones by more show in 1 MB", () => {
    // One word in sixteen is the complement of the one before it.
    const data = keystream(MB, 4);
    for (let at = 64; at < data.length; at += 64) {
      for (let i = 0; i < 4; i++) data[at + i] = 255 - data[at + i - 4]!;
    }
    expect(correctedOf(observe(WEIGHTS, data), "patterns")).toBeLessThan(1e-12);
  });

  test("words that repeat at a long lag show in 1 MB", () => {
    const data = keystream(MB, 5);
    for (let at = 4 * 3001; at < data.length; at += 32) data.copyWithin(at, at - 4 * 3001, at - 4 * 3001 + 4);
    const observations = observe(WEIGHTS, data);
    expect(correctedOf(observations, "products-at-lags")).toBeLessThan(1e-12);
    expect(observations.find((each) => each.test === "products-at-lags")!.lane).toBe(
      "32-bit words 3001 apart",
    );
  });
});
