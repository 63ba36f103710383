/** The family of repeats: its loops against a plain search, its law, and what it finds. */
import { describe, expect, test } from "bun:test";
import { type DeepLoops, UNIT_BYTES } from "../../ffi/deep-loops.ts";
import { loadLibrary } from "../../ffi/index.ts";
import { judgeRepeats, REPEATS, repeatsStateBytes } from "../../src/deep/families/repeats.ts";
import type { Observation } from "../../src/deep/family.ts";
import { foundLength, matchesTail, meanMatches, runTail } from "../../src/stats/deep/repeats.ts";
import { keystream } from "../support/keystream.ts";
import { hostLibrary } from "../support/native-builds.ts";
import { plainRepeats } from "./repeats-oracle.ts";

const MIB = 2 ** 20;
const LOOPS = loadLibrary().deepLoops();

/** Numbers below `below`, each time the same ones. */
function draws(seed: number): (below: number) => number {
  const words = new DataView(keystream(2 ** 16, seed).buffer);
  let at = 0;
  return (below) => words.getUint32(4 * (at++ % 2 ** 14)) % below;
}

interface Search {
  readonly doublings?: number;
  readonly loops?: DeepLoops;
  /** Lengths of pieces, in units, in turns. */
  readonly pieces?: readonly number[];
}

function search(
  stream: Uint8Array,
  { doublings = 6, loops = LOOPS, pieces = [16] }: Search = {},
): Float64Array {
  const state = new Uint8Array(repeatsStateBytes(doublings));
  state[0] = doublings;
  const feed = loops.feed("repeats");
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const end = Math.min(stream.length, at + pieces[turn % pieces.length]! * UNIT_BYTES);
    feed(state, stream.subarray(at, end), at);
    at = end;
  }
  const figures = new Float64Array(18);
  loops.measure("repeats_figures")(state, figures);
  return figures;
}

function judge(stream: Uint8Array, options?: Search): { longest: Observation; places: Observation } {
  const [longest, places] = judgeRepeats(search(stream, options), stream.length);
  return { longest: longest!, places: places! };
}

/** Noise in which pieces of every length stand again, at any distance, with runs of equal bytes and short periods. */
function patchwork(bytes: number, seed: number): Uint8Array {
  const stream = keystream(bytes, seed);
  const draw = draws(seed + 1);
  for (let i = 0; i < 400; i++) {
    const length = 1 + draw(1 << (1 + draw(12)));
    const from = draw(bytes - length);
    const to = draw(bytes - length);
    if (i % 8 === 0) stream.fill(draw(256), to, to + length);
    else if (i % 8 === 1)
      for (let j = to + 1 + draw(200); j < to + length; j++) stream[j] = stream[j - 1 - (i % 150)] ?? 0;
    else stream.copyWithin(to, from, from + length);
  }
  return stream;
}

describe("the loops", () => {
  const streams: Record<string, Uint8Array> = {
    noise: keystream(2 * MIB, 1),
    patchwork: patchwork(2 * MIB, 2),
    "more patchwork": patchwork(MIB + UNIT_BYTES, 4),
    "one unit": patchwork(UNIT_BYTES, 6),
    zeros: new Uint8Array(MIB),
    "a counter": new Uint8Array(Uint32Array.from({ length: MIB / 4 }, (_, i) => i).buffer),
    "period 100": Uint8Array.from({ length: MIB }, (_, i) => noise100[i % 100]!),
    "period 3": Uint8Array.from({ length: UNIT_BYTES }, (_, i) => noise100[i % 3]!),
  };
  for (const [name, stream] of Object.entries(streams)) {
    test(`find in ${name} what a plain search finds, however it is cut`, async () => {
      const plain = await hostLibrary("EE_DEEP_PLAIN");
      const expected = plainRepeats(stream, 6);
      expect([...search(stream)]).toEqual(expected);
      expect([...search(stream, { pieces: [1, 3, 2] })]).toEqual(expected);
      expect([...search(stream, { loops: loadLibrary({ path: plain }).deepLoops(), pieces: [5] })]).toEqual(
        expected,
      );
    });
  }

  test("go on with every other place where the table may not grow", () => {
    const stream = patchwork(4 * MIB, 8);
    stream.copyWithin(3 * MIB, 1000, 400_000);
    const expected = plainRepeats(stream, 0);
    expect(expected[0]).toBe(2);
    expect(expected[3]).toBeGreaterThan(0);
    expect([...search(stream, { doublings: 0 })]).toEqual(expected);
  });

  test("answer the same when asked on the way", () => {
    const stream = patchwork(MIB, 10);
    const state = new Uint8Array(repeatsStateBytes(4));
    state[0] = 4;
    const [feed, measure] = [LOOPS.feed("repeats"), LOOPS.measure("repeats_figures")];
    const figures = new Float64Array(18);
    for (let at = 0; at < stream.length; at += UNIT_BYTES) {
      feed(state, stream.subarray(at, at + UNIT_BYTES), at);
      measure(state, figures);
    }
    expect([...figures]).toEqual([...search(stream)]);
  });

  test("end early when asked to", () => {
    const stop = new Int32Array(new SharedArrayBuffer(4)).fill(1);
    const feed = loadLibrary().deepLoops(stop).feed("repeats");
    expect(() => feed(new Uint8Array(repeatsStateBytes(0)), new Uint8Array(UNIT_BYTES), 0)).toThrow();
  });
});

const noise100 = keystream(100, 12);

describe("the law", () => {
  test("counts as many chances as there are entries at most, at each byte", () => {
    expect(meanMatches(MIB)).toBe(MIB * 0.75 * 2 ** 16 * 2 ** -51);
    expect(meanMatches(2 * MIB)).toBe(MIB * 0.75 * (2 ** 16 + 2 ** 17) * 2 ** -51);
    expect(meanMatches(2 ** 40) / (2 ** 40 * 0.75 * 2 ** 26 * 2 ** -51)).toBeCloseTo(1, 2);
  });

  test("is certain for 100 bytes, and else for windows that suffice but for a chance of 2^-40", () => {
    expect(foundLength(0)).toBe(100);
    for (const thinned of [1, 4, 10]) {
      const q = 2 ** -thinned;
      const missed = (m: number) =>
        (1 - q) ** m + m * q * (1 - q) ** (m - 1) + ((m * (m - 1)) / 2) * q * q * (1 - q) ** (m - 2);
      const windows = foundLength(thinned) / 50;
      expect(missed(windows)).toBeLessThanOrEqual(2 ** -40 * (1 + 1e-9));
      expect(missed(windows - 1)).toBeGreaterThan(2 ** -40);
    }
  });

  test("allows one match at random, and no repeat", () => {
    expect(runTail(0, MIB)).toBe(1);
    expect(matchesTail(0, MIB)).toBe(1);
    expect(runTail(1, 2 ** 30)).toBe(1);
    expect(matchesTail(1, 2 ** 30)).toBeGreaterThan(0.5);
    expect(runTail(2, MIB)).toBeLessThan(2 ** -60);
    expect(runTail(2, 2 ** 30)).toBeLessThan(2 ** -40);
    expect(runTail(3, 2 ** 40)).toBeLessThan(2 ** -75);
    expect(matchesTail(10, 2 ** 20)).toBeLessThan(2 ** -150);
  });
});

describe("good data", () => {
  test("have no match", () => {
    // A match in 20 MiB by chance has a probability below 2^-11; the data are the same each time.
    for (let seed = 20; seed < 25; seed++) {
      const { longest, places } = judge(keystream(4 * MIB, seed));
      expect([longest.p, longest.statistic, places.p, places.statistic]).toEqual([1, 0, 1, 0]);
      expect(longest.lane).toBe("repeats of 100 bytes and more");
      expect(longest.look).toBeUndefined();
    }
  });
});

describe("it finds", () => {
  test("every repeat of 100 bytes, at any alignment and distance", () => {
    const draw = draws(30);
    for (let i = 0; i < 60; i++) {
      const stream = keystream(3 * UNIT_BYTES, 31 + i);
      const [from, to] = [draw(UNIT_BYTES), UNIT_BYTES + 200 + draw(UNIT_BYTES)];
      stream.copyWithin(to, from, from + 100);
      const [longest] = judgeRepeats(search(stream, { doublings: 0 }), stream.length);
      expect(longest!.p).toBeLessThan(2 ** -60);
      expect(longest!.suspicion).toContain(" repeat those from ");
      // Bytes around may be the same by chance, but what is named is there twice.
      const [, a, b, length] = longest!.look!.match(/-i (\d+):(\d+) -n (\d+)/)!.map(Number);
      expect(b! - a!).toBe(to - from);
      expect(stream.subarray(a, a! + length!)).toEqual(stream.subarray(b, b! + length!));
    }
  });

  test("a block of 4 KiB that stands again 512 KiB later, in 1 MiB", () => {
    const stream = keystream(4 * MIB, 100);
    for (let at = 0; at < stream.length; at += MIB)
      stream.copyWithin(at + MIB / 2 + 777, at + 777, at + 777 + 4096);
    const one = judge(stream.subarray(0, MIB)).longest;
    expect(one.p).toBe(0);
    expect(one.suspicion).toMatch(/^bytes 525,\d{3} to 529,\d{3} repeat those from \d{3}/);
    const four = judge(stream).longest;
    expect(four.suspicion).toStartWith("4 repeats, 16,");
    expect(four.suspicion).toContain("each 524,288 bytes after the same bytes");
  });

  test("a stream that begins again after 8 MiB, as soon as it does", () => {
    const start = keystream(8 * MIB, 101);
    const stream = new Uint8Array(8 * MIB + UNIT_BYTES);
    stream.set(start);
    stream.copyWithin(8 * MIB, 0, UNIT_BYTES);
    const { longest } = judge(stream);
    expect(longest.p).toBe(0);
    expect(longest.suspicion).toMatch(
      /^the stream repeats after 8,388,608 bytes, and does so from byte 8,388,6\d\d to the end: a counter that wrapped, a fork/,
    );
  });

  test("short periods and constant data, by a multiple of the period", () => {
    for (const period of [1, 2, 3, 63, 64, 100, 4095]) {
      const stream = Uint8Array.from({ length: MIB }, (_, i) => start4096[i % period]!);
      const { longest, places } = judge(stream);
      expect(longest.p).toBe(0);
      expect(places.p).toBe(0);
      const distance = Number(
        longest.suspicion.match(/after ([\d,]+) bytes( or a part of that)?/)![1]!.replaceAll(",", ""),
      );
      expect(distance % period).toBe(0);
      expect(distance).toBeLessThan(64 + period);
      expect(longest.suspicion).toEndWith("to the end: a short period");
    }
  });

  test("pieces of 60 bytes that come again, by their number", () => {
    const stream = keystream(MIB, 102);
    const draw = draws(103);
    for (let i = 0; i < 40; i++) {
      const from = draw(MIB / 2 - 60);
      stream.copyWithin(MIB / 2 + 12_000 * i, from, from + 60);
    }
    expect(judge(stream).places.p).toBeLessThan(2 ** -200);
  });

  test("repeats with a changed byte in 16, but none with one in 8: other families do", () => {
    const half = keystream(MIB / 2, 104);
    for (const [every, isFound] of [
      [16, true],
      [8, false],
    ] as const) {
      const stream = new Uint8Array(MIB);
      stream.set(half);
      stream.set(
        half.map((byte, i) => (i % every === 0 ? byte ^ 1 : byte)),
        MIB / 2,
      );
      expect(judge(stream).places.p < 2 ** -100).toBe(isFound);
    }
  });
});

const start4096 = keystream(4096, 105);

test("the part of the battery begins with a small state and gives both observations", () => {
  const [part] = REPEATS.parts(LOOPS);
  const state = new Uint8Array(new SharedArrayBuffer(part!.stateBytes));
  part!.prepare?.(state);
  const stream = keystream(MIB, 106);
  stream.copyWithin(MIB / 2, 0, 300);
  part!.feed(state, stream, 0);
  const observations = part!.conclude(state, MIB);
  expect(observations.map(({ test: name, p }) => [name, p < 2 ** -60])).toEqual([
    ["longest-repeat", true],
    ["repeated-places", true],
  ]);
  // 2^16 slots and those that may lie beyond.
  expect(state.subarray(4096 + 8 * (2 ** 16 + 512), 4096 + 8 * 2 ** 20).every((byte) => byte === 0)).toBe(
    true,
  );
});
