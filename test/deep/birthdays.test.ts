/** Birthdays: counts against a plain reckoning, laws against enumeration and simulation, and generators that are found. */
import { describe, expect, test } from "bun:test";
import { UNIT_BYTES } from "../../ffi/deep-loops.ts";
import { loadLibrary } from "../../ffi/index.ts";
import { BIRTHDAYS } from "../../src/deep/families/birthdays.ts";
import type { Observation } from "../../src/deep/family.ts";
import {
  collisionsTwoSided,
  equalPointsUpper,
  expectedCollisions,
  repeatedSpacingsUpper,
} from "../../src/stats/deep/birthdays.ts";
import { poissonTwoSided } from "../../src/stats/math/tails.ts";
import { keystream } from "../support/keystream.ts";
import {
  bytesOf,
  hashedCounter,
  laggedFibonacci,
  lcg32,
  minstd,
  mwc,
  powerLcg,
  randu,
  subtractWithBorrow,
  type Words,
  weyl,
} from "./arithmetic-generators.ts";
import { xorshift32 } from "./linear-generators.ts";

const LOOPS = loadLibrary().deepLoops(undefined);
const MB = 2 ** 20;

function judged(data: Uint8Array): readonly Observation[] {
  return BIRTHDAYS.parts(LOOPS).flatMap((part) => {
    const state = new Uint8Array(part.stateBytes);
    part.prepare?.(state);
    part.feed(state, data, 0);
    return part.conclude(state, data.length);
  });
}

describe("points in a slice", () => {
  const LOG_POINTS = 14;
  const ROOM = 2 ** LOG_POINTS + 2 ** (LOG_POINTS - 6);
  const FIRST_BITS = 0x6a09e667f3bcc908b2fb1366n;

  function prepared(parts: number, isBigEndian: boolean): Uint8Array {
    const state = new Uint8Array(32 + 12 * ROOM);
    new Uint32Array(state.buffer).set([parts, Number(isBigEndian), LOG_POINTS]);
    return state;
  }

  function partOf(word: number, parts: number): number {
    return [word, word >>> 16, word & 0xffff, ((word >>> 16) & 0xff) * 256 + (word & 0xff)][parts]!;
  }

  function pointsOf(unit: Uint8Array, parts: number, isBigEndian: boolean): bigint[] {
    const view = new DataView(unit.buffer, unit.byteOffset);
    const each = parts === 0 ? 3 : 6;
    const bits = parts === 0 ? 32n : 16n;
    return Array.from({ length: UNIT_BYTES / 4 - each + 1 }, (_, at) => {
      const words = Array.from({ length: each }, (_, i) => view.getUint32(4 * (at + i), !isBigEndian));
      if (!isBigEndian) words.reverse();
      return words.reduce((point, word) => {
        return (point << bits) | BigInt(partOf(word, parts));
      }, 0n);
    });
  }

  /** Points of the stream in the slice, as far as there is room for them. */
  function kept(data: Uint8Array, parts: number, isBigEndian: boolean): { slice: number; points: bigint[] } {
    let points: bigint[] = [];
    let slice = 0;
    const isInside = (point: bigint) => (point ^ FIRST_BITS) >> BigInt(96 - slice) === 0n;
    for (let end = UNIT_BYTES; end <= data.length; end += UNIT_BYTES) {
      slice = Math.max(0, Math.ceil(Math.log2(end / 4 / 2 ** LOG_POINTS)));
      points = points.filter(isInside);
      const more = pointsOf(data.subarray(end - UNIT_BYTES, end), parts, isBigEndian);
      points = [...points, ...more.filter(isInside)].slice(0, ROOM);
    }
    return { slice, points };
  }

  function equalOf(values: readonly bigint[]): number {
    return values.length - new Set(values).size;
  }

  function plainCounts(data: Uint8Array, parts: number, isBigEndian: boolean): number[] {
    const { slice, points } = kept(data, parts, isBigEndian);
    points.sort((a, b) => (a < b ? -1 : Number(a > b)));
    const spacings = points
      .slice(1)
      .map((point, i) => point - points[i]!)
      .filter((spacing) => spacing !== 0n);
    return [
      points.length,
      slice,
      equalOf(spacings),
      equalOf(points),
      equalOf(points.map((point) => point >> 64n)),
      equalOf(points.map((point) => point >> 48n)),
    ];
  }

  const few = keystream(5 * UNIT_BYTES, 3).map((byte, i) => (i % 4 < 2 ? byte & 0x13 : byte & 0x81));
  const repeated = new Uint8Array(5 * UNIT_BYTES);
  for (let i = 0; i < repeated.length; i += 1000) {
    repeated.set(keystream(1000, 4).subarray(0, repeated.length - i), i);
  }
  const DATA: Readonly<Record<string, Uint8Array>> = {
    "good data": keystream(5 * UNIT_BYTES, 1),
    "one unit": keystream(UNIT_BYTES, 2),
    "few values": few,
    "a short period": repeated,
    "a lattice": bytesOf(lcg32(), 5 * UNIT_BYTES),
    "falling numbers": bytesOf(weyl(-1_000_000_007), 2 * UNIT_BYTES),
  };

  for (const [name, data] of Object.entries(DATA)) {
    test(`${name}: counts are those of a plain reckoning, however the stream is cut`, () => {
      for (const parts of [0, 1, 2, 3]) {
        for (const isBigEndian of [false, true]) {
          const whole = prepared(parts, isBigEndian);
          LOOPS.feed("birthdays")(whole, data, 0);
          const pieces = prepared(parts, isBigEndian);
          const counts = new Float64Array(6);
          for (let at = 0; at < data.length; at += UNIT_BYTES) {
            LOOPS.feed("birthdays")(pieces, data.subarray(at, at + UNIT_BYTES), at);
            LOOPS.measure("birthday_counts")(pieces, counts);
          }
          expect(pieces).toEqual(whole);
          expect([...counts]).toEqual(plainCounts(data, parts, isBigEndian));
        }
      }
    });
  }
});

test("after 64 MB, points of parts of words are made of one unit in four", () => {
  const data = keystream(UNIT_BYTES, 6);
  for (const part of BIRTHDAYS.parts(LOOPS).filter(({ id }) => !id.includes("near"))) {
    const points = [1024, 1025, 1026, 1027, 1028].map((unit) => {
      const state = new Uint8Array(part.stateBytes);
      part.prepare?.(state);
      part.feed(state, data, unit * UNIT_BYTES);
      return part.conclude(state, data.length)[0]!.n > 0;
    });
    const isWhole = part.id.endsWith("-words") || part.id === "words";
    expect(points).toEqual([true, isWhole, isWhole, isWhole, true]);
  }
});

test("states of damaged files are refused", () => {
  const data = keystream(UNIT_BYTES, 3);
  const part = BIRTHDAYS.parts(LOOPS)[0]!;
  // The kind, the order, the number of points, the slice, the units and the points that there are.
  for (const at of [0, 4, 8, 12, 22, 27]) {
    const state = new Uint8Array(part.stateBytes);
    part.prepare?.(state);
    part.feed(state, data, 0);
    state[at]! ^= 64;
    expect(() => part.feed(state, data, UNIT_BYTES)).toThrow("damaged");
    expect(() => part.conclude(state, UNIT_BYTES)).toThrow("damaged");
    state[at]! ^= 64;
    expect(() => part.feed(state, data, UNIT_BYTES)).not.toThrow();
  }
});

test("near points: counts are those of a plain reckoning", () => {
  const units = [0, 1, 2, 3, 4, 5, 6, 7, 63, 64, 96, 127, 128];
  for (const isBigEndian of [false, true]) {
    const state = new Uint8Array(24);
    state[0] = Number(isBigEndian);
    let repeats = 0;
    let sets = 0;
    for (const unit of units) {
      const data = bytesOf(laggedFibonacci(55 + unit, 24), UNIT_BYTES);
      LOOPS.feed("near_birthdays")(state, data, unit * UNIT_BYTES);
      if (unit >= 64 && unit % 64 !== 0) continue;
      sets++;
      const view = new DataView(data.buffer);
      const points = BigUint64Array.from({ length: UNIT_BYTES / 4 }, (_, i) =>
        i === 0 ? 0n : view.getBigUint64(4 * (i - 1), !isBigEndian),
      ).sort();
      const spacings = Array.from(points.subarray(1), (point, i) => point - points[i]!).filter(
        (spacing) => spacing !== 0n,
      );
      repeats += spacings.length - new Set(spacings).size;
    }
    const counts = new Float64Array(2);
    LOOPS.measure("near_birthday_counts")(state, counts);
    expect([...counts]).toEqual([sets, repeats]);
    expect(repeats).toBeGreaterThan(0);
  }
});

describe("laws", () => {
  /** P(C = c) of n values in so many cells, cell by cell of the occupied ones. */
  function exactCollisions(n: number, cells: number): number[] {
    let occupied = [1];
    for (let value = 0; value < n; value++) {
      occupied = Array.from({ length: value + 2 }, (_, k) => {
        const fell = k > 0 ? (occupied[k - 1] ?? 0) * (1 - (k - 1) / cells) : 0;
        return fell + ((occupied[k] ?? 0) * k) / cells;
      });
    }
    return occupied.reverse();
  }

  test("collisions: the mean is exact, the tails no smaller than the exact ones, and near them where cells are many", () => {
    for (const [n, cells] of [
      [40, 50],
      [100, 400],
      [200, 2000],
      [300, 20_000],
    ] as const) {
      const chances = exactCollisions(n, cells);
      const mean = chances.reduce((sum, chance, c) => sum + chance * c, 0);
      expect(expectedCollisions(n, cells)).toBeCloseTo(mean, 9);
      for (let c = 0; c <= n; c++) {
        const lower = chances.slice(0, c + 1).reduce((sum, chance) => sum + chance, 0);
        const upper = chances.slice(c).reduce((sum, chance) => sum + chance, 0);
        const exact = Math.min(1, 2 * Math.min(lower, upper));
        const p = collisionsTwoSided(c, n, cells);
        expect(p).toBeGreaterThanOrEqual(exact * (1 - 1e-9));
        if (cells === 20_000 && exact > 1e-6) expect(p).toBeLessThan(exact * 1.6 + 1e-9);
      }
    }
  });

  test("collisions: the mean of few values in very many cells has its digits", () => {
    const [n, cells] = [2 ** 20, 2 ** 48];
    expect(expectedCollisions(n, cells) / ((n * (n - 1)) / 2 / cells)).toBeCloseTo(1, 8);
    expect(expectedCollisions(1, 8)).toBe(0);
    // On both sides of where the formula changes.
    expect(expectedCollisions(1001, 4000)).toBeGreaterThan(expectedCollisions(1000, 4000));
    expect(expectedCollisions(1001, 4000) - expectedCollisions(1000, 4000)).toBeLessThan(0.25);
  });

  test("spacings: the bound holds for overlapping points of few bits", () => {
    const points = 150;
    const runs = 4000;
    for (const isBigEndian of [false, true]) {
      const bytes = keystream(runs * (points + 2), 9);
      const seen = [0, 0, 0];
      for (let run = 0; run < runs; run++) {
        const at = run * (points + 2);
        const sorted = Float64Array.from({ length: points }, (_, i) => {
          const [a, b, c] = bytes.subarray(at + i, at + i + 3) as unknown as [number, number, number];
          return isBigEndian ? a * 65536 + b * 256 + c : c * 65536 + b * 256 + a;
        }).sort();
        const spacings = Array.from(sorted.subarray(1), (point, i) => point - sorted[i]!).filter(
          (each) => each > 0,
        );
        const repeats = spacings.length - new Set(spacings).size;
        for (let least = 0; least <= Math.min(2, repeats); least++) seen[least]!++;
      }
      for (const least of [1, 2]) {
        expect(seen[least]! / runs).toBeLessThan(repeatedSpacingsUpper(least, points, 24));
      }
      // The bound is no more than some four times as high for one, and sixteen for two.
      expect(seen[1]! / runs).toBeGreaterThan(repeatedSpacingsUpper(1, points, 24) / 6);
    }
    expect(repeatedSpacingsUpper(0, 2 ** 20, 96)).toBe(1);
    expect(equalPointsUpper(0, 2 ** 20, 96)).toBe(1);
    expect(equalPointsUpper(1, 2 ** 20, 96)).toBeLessThan(1e-16);
    expect(poissonTwoSided(0, 32)).toBeLessThan(1e-13);
  });
});

test("good data pass", () => {
  for (const seed of [1, 2]) {
    for (const bytes of [UNIT_BYTES, 4 * MB]) {
      for (const { test: name, p } of judged(keystream(bytes, seed))) {
        expect({ name, isBad: p < 1e-6 }).toEqual({ name, isBad: false });
      }
    }
  }
});

/** The upper 16 bits of each two words, the first one lower. */
function inHalves(next: Words): Words {
  return () => {
    const first = next() >>> 16;
    return (next() & 0xffff0000) | first;
  };
}

/** With the least of 1, 2, 4 … MB at which it is found. */
const BAD: readonly (readonly [name: string, mb: number, test: string, next: Words])[] = [
  ["an LCG modulo 2^32", 1, "spacings", lcg32()],
  ["RANDU", 1, "spacings", randu()],
  ["minstd", 1, "spacings", minstd()],
  ["an LCG modulo 2^48", 1, "spacings", powerLcg(48)],
  ["the upper half of an LCG modulo 2^64", 4, "spacings", powerLcg(64)],
  ["16 bits of an LCG modulo 2^48", 2, "spacings", inHalves(powerLcg(48))],
  ["the lower half of an LCG modulo 2^64", 1, "spacings", powerLcg(64, false)],
  ["a lagged Fibonacci generator", 1, "near-spacings", laggedFibonacci(607, 273)],
  ["one of long lags", 1, "near-spacings", laggedFibonacci(9689, 4187)],
  ["subtract with borrow", 1, "near-spacings", subtractWithBorrow()],
  ["xorshift of 32 bits", 2, "collisions-32", xorshift32(1)],
  ["a hashed counter of 32 bits", 2, "collisions-32", hashedCounter()],
  ["a counter", 1, "spacings", weyl(1)],
  ["a Weyl sequence", 1, "spacings", weyl(0x9e3779b9)],
];

/** Share of the false-alarm budget of a run that a test of so many has at the third doubling. */
const FOUND = 1e-9;

for (const [name, mb, by, next] of BAD) {
  test(`${name} is found in ${mb} MB`, () => {
    const least = (data: Uint8Array) =>
      Math.min(...judged(data).map((each) => (each.test === by ? each.p : 1)));
    const data = bytesOf(next, mb * MB);
    expect(least(data)).toBeLessThan(FOUND);
    if (by === "collisions-32") return;
    // Most significant byte first.
    for (let i = 0; i < data.length; i += 4) data.subarray(i, i + 4).reverse();
    expect(least(data)).toBeLessThan(FOUND);
  });
}

test("points of multiply-with-carry of 64 bits repeat their spacings in a smaller slice of more data", () => {
  const data = bytesOf(mwc(), 16 * MB);
  const state = new Uint8Array(32 + 12 * (2 ** 22 + 2 ** 16));
  new Uint32Array(state.buffer).set([0, 0, 22]);
  LOOPS.feed("birthdays")(state, data, 0);
  const counts = new Float64Array(6);
  LOOPS.measure("birthday_counts")(state, counts);
  expect(repeatedSpacingsUpper(counts[2]!, counts[0]!, 96 - counts[1]!)).toBeLessThan(FOUND);
});
