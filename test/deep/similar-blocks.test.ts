/** The family of similar blocks: its loops against plain counting, its law, and what it finds. */
import { describe, expect, test } from "bun:test";
import { UNIT_BYTES } from "../../ffi/deep-loops.ts";
import { loadLibrary } from "../../ffi/index.ts";
import { CUTS, SIMILAR_BLOCKS, SIMILAR_BLOCKS_BYTES } from "../../src/deep/families/similar-blocks.ts";
import { classChances, judgeAges } from "../../src/stats/deep/similar-blocks.ts";
import { keystream } from "../support/keystream.ts";
import { hostLibrary } from "../support/native-builds.ts";
import { corrected, observe } from "./observe.ts";

const MIB = 2 ** 20;
const AGES = 9;
const WORDS = 9;
const COUNTS = AGES ** 3 * 3;
const LOOPS = loadLibrary().deepLoops();

interface Piece {
  readonly bytes: Uint8Array;
  /** Place of the piece in the stream. */
  readonly offset: number;
}

function count(pieces: readonly Piece[], loops = LOOPS): Float64Array {
  const state = new Uint8Array(SIMILAR_BLOCKS_BYTES);
  for (const { bytes, offset } of pieces) loops.feed("similar_blocks")(state, bytes, offset);
  const counts = new Float64Array(CUTS.length * COUNTS);
  loops.measure("similar_blocks_counts")(state, counts);
  return counts;
}

/** Bytes of a word, and the masks of its bytes. */
const MASKS: readonly (readonly number[])[] = [
  [255],
  [255, 255],
  [255, 255, 255, 255],
  [255, 255, 255, 255, 255, 255, 255, 255],
  [255, 0],
  [0, 255],
  [255, 0, 0, 0],
  [0, 0, 0, 255],
  [255, 0, 0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 0, 255],
  [1, 1, 1, 1, 1, 1, 1, 1],
  ...[2, 4, 8].flatMap((stride) =>
    [0, stride - 1].map((place) =>
      Array.from({ length: 8 * stride }, (_, i) => (i % stride === place ? 1 : 0)),
    ),
  ),
];

const ONES = Uint8Array.from({ length: 256 }, (_, value) => value.toString(2).replaceAll("0", "").length);

/** Counts in one way, by a map from shapes to the words that completed them. */
function plainCounts(stream: Uint8Array, cut: number): number[] {
  const mask = MASKS[cut]!;
  const { middling, heavy } = CUTS[cut]!;
  const counts = new Array<number>(COUNTS).fill(0);
  const seen = new Map<string, number>();
  let before = "0".repeat(WORDS - 1);
  for (let word = 1; word * mask.length <= stream.length; word++) {
    const bytes = stream.subarray((word - 1) * mask.length, word * mask.length);
    const ones = bytes.reduce((sum, byte, i) => sum + ONES[byte & mask[i]!]!, 0);
    const kind = ones < middling ? 0 : ones < heavy ? 1 : 2;
    const ages = [0, 1, 2].map((each) => {
      const age = word - (seen.get(before + each) ?? 0);
      return [64, 256, 1024, 4096, 16384, 65536, 262144, 1048576].filter((limit) => age >= limit).length;
    });
    counts[((ages[0]! * AGES + ages[1]!) * AGES + ages[2]!) * 3 + kind]!++;
    seen.set(before + kind, word);
    before = before.slice(1) + kind;
  }
  return counts;
}

describe("the loops", () => {
  const stream = keystream(3 * UNIT_BYTES, 1);
  stream.copyWithin(UNIT_BYTES, 100, 50_100);

  test("count as plain ones do, however the stream is cut", async () => {
    const counts = count([{ bytes: stream, offset: 0 }]);
    for (const cut of CUTS.keys()) {
      expect([...counts.subarray(cut * COUNTS, (cut + 1) * COUNTS)]).toEqual(plainCounts(stream, cut));
    }
    const pieces = [0, 2 * UNIT_BYTES].map((offset) => ({
      bytes: stream.subarray(offset, offset + 2 * UNIT_BYTES),
      offset,
    }));
    expect(count(pieces)).toEqual(counts);
    const plain = await hostLibrary("EE_DEEP_PLAIN");
    expect(count(pieces, loadLibrary({ path: plain }).deepLoops())).toEqual(counts);
  });

  test("pass over most of the stream beyond 32 MiB", () => {
    const words = (offset: number) => {
      const counts = count([{ bytes: stream.subarray(0, UNIT_BYTES), offset }]);
      return CUTS.map((_, cut) =>
        counts.subarray(cut * COUNTS, (cut + 1) * COUNTS).reduce((sum, each) => sum + each, 0),
      );
    };
    const all = MASKS.map((mask) => UNIT_BYTES / mask.length);
    expect(words(31 * MIB)).toEqual(all);
    expect(words(32 * MIB)).toEqual(all);
    expect(words(33 * MIB)).toEqual(all.map((n, cut) => (MASKS[cut]!.length < 4 ? 0 : n)));
    expect(words(41 * MIB)).toEqual(all.map(() => 0));
  });

  test("end early when asked to", () => {
    const stop = new Int32Array(new SharedArrayBuffer(4)).fill(1);
    const feed = loadLibrary().deepLoops(stop).feed("similar_blocks");
    expect(() => feed(new Uint8Array(SIMILAR_BLOCKS_BYTES), stream, 0)).toThrow();
  });
});

describe("the law", () => {
  test("has the chances of weights", () => {
    expect(classChances(8, 3, 6)).toEqual([37 / 256, 182 / 256, 37 / 256]);
    for (const { bits, middling, heavy } of CUTS) {
      const [light, middle, weighty] = classChances(bits, middling, heavy);
      expect(light + middle + weighty).toBeCloseTo(1, 14);
      expect(Math.abs(light - weighty)).toBeLessThan(1e-15);
    }
  });

  test("is told by hand for two contexts", () => {
    const counts = new Array<number>(8 * 3).fill(0);
    // Light one's age 0, others' 1: the light class has a quarter.
    [counts[9], counts[10], counts[11]] = [25_500, 49_500, 25_000];
    // All are of age 0: that says nothing of ages.
    [counts[0], counts[1], counts[2]] = [25_000, 50_000, 25_000];
    const { ages, contexts, words } = judgeAges(counts, [0.25, 0.5, 0.25], 2);
    expect(words).toBe(200_000);
    const z = 500 / Math.sqrt(100_000 * 0.25 * 0.75);
    expect(ages.map((age) => age.z)).toEqual([expect.closeTo(z, 10), expect.closeTo(-z, 10)]);
    expect(ages[0]!.p).toBeCloseTo(4 * 0.000_260_7, 5);
    expect(contexts.z).toBeCloseTo((500 ** 2 / 25_000 + 500 ** 2 / 50_000 - 4) / Math.sqrt(8), 10);
  });

  test("counts contexts with few words as one", () => {
    const counts = new Array<number>(8 * 3).fill(0);
    for (let context = 0; context < 8; context++) counts[3 * context] = 200;
    const { contexts } = judgeAges(counts, [0.25, 0.5, 0.25], 2);
    expect(contexts.z).toBeCloseTo((1600 * 3 - 2) / 2, 6);
    expect(judgeAges(new Array(24).fill(0), [0.25, 0.5, 0.25], 2).contexts).toEqual({ z: 0, p: 1 });
  });
});

describe("good data", () => {
  test("have p-values as seldom as they say", () => {
    const found = { distances: [] as number[], "next-weights": [] as number[] };
    for (let seed = 1; seed <= 12; seed++) {
      for (const { test: name, p, among } of observe(SIMILAR_BLOCKS, keystream(MIB, seed))) {
        found[name as keyof typeof found].push(Math.min(1, p * among));
      }
    }
    // 204 of each; the data are the same each time. A tenth would be 20 of them.
    for (const values of Object.values(found)) {
      expect(values.length).toBe(204);
      expect(values.filter((p) => p < 0.1).length).toBeLessThan(30);
      expect(Math.min(...values)).toBeGreaterThan(1e-4);
    }
  });

  test("of one unit have observations, too", () => {
    const observations = observe(SIMILAR_BLOCKS, keystream(UNIT_BYTES, 30));
    expect(observations.length).toBe(2 * CUTS.length);
    expect(corrected(observations)).toBeGreaterThan(1e-3);
  });
});

/** Fills words of 32 bits. */
function words32(bytes: number, next: () => number): Uint8Array {
  return new Uint8Array(Uint32Array.from({ length: bytes / 4 }, next).buffer);
}

describe("it finds", () => {
  test("near copies: a fifth of the blocks, with a bit flipped in each eighth byte", () => {
    const stream = keystream(MIB, 40);
    const flips = keystream(MIB, 41);
    for (let at = 20_480; at < MIB; at += 1024) {
      if (flips[at]! > 51) continue;
      for (let i = at; i < at + 1024; i++) {
        stream[i] = stream[i - 20_480]! ^ (flips[i]! % 8 === 0 ? 1 << (flips[i]! >> 5) : 0);
      }
    }
    const observations = observe(SIMILAR_BLOCKS, stream);
    expect(corrected(observations)).toBeLessThan(1e-30);
    const worst = observations.reduce((least, each) => (each.p < least.p ? each : least));
    expect(worst.suspicion).toContain("near copies");
  });

  test("subtract with borrow of eight words in 2 MiB", () => {
    const state = new Uint32Array(keystream(32, 42).buffer);
    let [at, borrow] = [0, 0];
    const stream = words32(2 * MIB, () => {
      const difference = state[(at + 5) % 8]! - state[at]! - borrow;
      borrow = difference < 0 ? 1 : 0;
      state[at] = difference >>> 0;
      const out = state[at]!;
      at = (at + 1) % 8;
      return out;
    });
    expect(corrected(observe(SIMILAR_BLOCKS, stream))).toBeLessThan(1e-15);
  });

  test("low bits of an additive generator of 17 words in 6 MiB", () => {
    const state = new Uint32Array(keystream(68, 43).buffer);
    let at = 0;
    const stream = words32(6 * MIB, () => {
      state[at] = (state[at]! + state[(at + 12) % 17]!) >>> 0;
      const out = state[at]!;
      at = (at + 1) % 17;
      return out;
    });
    const worst = observe(SIMILAR_BLOCKS, stream).reduce((least, each) => (each.p < least.p ? each : least));
    expect(worst.p).toBeLessThan(1e-40);
    expect(worst.lane).toBe("bits 0 of the first bytes of eight 32-bit words");
  });

  test("a congruential generator of 64 bits in 1 MiB", () => {
    let value = 12_345n;
    const stream = new Uint8Array(MIB);
    const view = new DataView(stream.buffer);
    for (let i = 0; i < MIB; i += 8) {
      value = (value * 6364136223846793005n + 1442695040888963407n) & 0xffff_ffff_ffff_ffffn;
      view.setBigUint64(i, value, true);
    }
    expect(corrected(observe(SIMILAR_BLOCKS, stream))).toBe(0);
  });
});
