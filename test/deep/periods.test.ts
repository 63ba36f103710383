/** Periods: counts against a plain reckoning, bounds against exact laws, and flaws that are found. */
import { describe, expect, test } from "bun:test";
import { UNIT_BYTES } from "../../ffi/deep-loops.ts";
import { loadLibrary } from "../../ffi/index.ts";
import { PERIODS } from "../../src/deep/families/periods.ts";
import type { Observation } from "../../src/deep/family.ts";
import { leastOf, logExcessBound, logGammaBound, logSquaresBound } from "../../src/stats/deep/periods.ts";
import { binomialTwoSided, chiSquareLower, chiSquareUpper } from "../../src/stats/math/tails.ts";
import { keystream } from "../support/keystream.ts";
import { COMPILE_TIMEOUT_MS, hostLibrary } from "../support/native-builds.ts";
import { bytesOf, lcg32, randu, weyl } from "./arithmetic-generators.ts";

const LOOPS = loadLibrary().deepLoops(undefined);
const MB = 2 ** 20;
const SEGMENT = 2 ** 19;

/** The most extreme of each test. */
function found(data: Uint8Array, ids?: readonly string[]): Map<string, Observation> {
  const least = new Map<string, Observation>();
  for (const part of PERIODS.parts(LOOPS)) {
    if (ids !== undefined && !ids.includes(part.id)) continue;
    const state = new Uint8Array(part.stateBytes);
    part.prepare?.(state);
    part.feed(state, data, 0);
    for (const each of part.conclude(state, data.length)) {
      if (each.p < (least.get(each.test)?.p ?? 2)) least.set(each.test, each);
    }
  }
  return least;
}

/** Good data with each byte at `first`, `first` + `period` … changed. */
function flawed(bytes: number, period: number, first: number, change: (byte: number) => number): Uint8Array {
  const data = keystream(bytes, 21);
  for (let at = first; at < bytes; at += period) data[at] = change(data[at]!);
  return data;
}

describe("folding", () => {
  const MULTIPLES = [2049, 2500, 3999, 4096];
  const PLACES = MULTIPLES.reduce((sum, period) => sum + 256 * Math.ceil(period / 32), 0);

  function prepared(apart: number, multiples = MULTIPLES, segment = SEGMENT): Uint8Array {
    const places = multiples === MULTIPLES ? PLACES : multiples.reduce((sum, period) => sum + 8 * period, 0);
    const state = new Uint8Array(16 + 16 * 256 + (apart === 0 ? 2 : 10) * places + segment + 32);
    new Uint32Array(state.buffer).set([multiples.length, apart, segment, 0, ...multiples]);
    return state;
  }

  /** Counts bit by bit. */
  function plainFigures(
    data: Uint8Array,
    multiple: number,
    period: number,
    segment: number,
    isTaken: (segment: number) => boolean,
  ) {
    const ones = new Float64Array(8 * period);
    let rows = 0;
    for (let begin = 0; begin < data.length; begin += segment) {
      if (!isTaken(begin / segment)) continue;
      for (
        let row = Math.ceil(begin / multiple) * multiple;
        row + multiple <= begin + segment;
        row += multiple
      ) {
        rows += multiple / period;
        for (let i = 0; i < multiple; i++) {
          for (let bit = 0; bit < 8; bit++) {
            ones[8 * (i % period) + bit]! += (data[row + i]! >> bit) & 1;
          }
        }
      }
    }
    const excesses = Array.from(ones, (count) => Math.abs(2 * count - rows));
    const largest = Math.max(...excesses);
    return [rows, excesses.reduce((sum, excess) => sum + excess ** 2, 0), largest, excesses.indexOf(largest)];
  }

  test("counts are those of a plain reckoning, however the stream is cut", () => {
    const data = flawed(2 * SEGMENT, 500, 13, (byte) => byte | 16);
    const periods = [
      [2049, 2049],
      [2500, 2500],
      [3999, 3999],
      [3999, 1333],
      [4096, 4096],
      [4096, 16],
      [4096, 1],
    ] as const;
    for (const apart of [0, 1]) {
      const state = prepared(apart);
      LOOPS.feed("folds")(state, data, 0);
      const pieces = prepared(apart);
      const figures = new Float64Array(4 * 4096);
      for (let at = 0; at < data.length; at += 4 * UNIT_BYTES) {
        LOOPS.feed("folds")(pieces, data.subarray(at, at + 4 * UNIT_BYTES), at);
        LOOPS.measure("fold_counts")(pieces, figures);
      }
      expect(pieces).toEqual(state);
      for (const [multiple, period] of periods) {
        const got = [...figures.subarray(4 * (period - 1), 4 * period)];
        expect({ period, got }).toEqual({
          period,
          got: plainFigures(data, multiple, period, SEGMENT, () => true),
        });
      }
    }
  });

  test("of later segments some are folded, at their places in the rows", () => {
    // One in 256, and from 2,048 on one in 512.
    const data = keystream(SEGMENT, 5);
    const state = prepared(0);
    for (const segment of [0, 8, 17, 128, 255, 256, 2048, 2304, 2560]) {
      for (let at = 0; at < SEGMENT; at += UNIT_BYTES) {
        LOOPS.feed("folds")(state, data.subarray(at, at + UNIT_BYTES), segment * SEGMENT + at);
      }
    }
    const figures = new Float64Array(4 * 4096);
    LOOPS.measure("fold_counts")(state, figures);
    const rows = [0, 256, 2048, 2560].reduce((sum, segment) => {
      const begin = (3999 - ((segment * SEGMENT) % 3999)) % 3999;
      return sum + Math.floor((SEGMENT - begin) / 3999);
    }, 0);
    expect(figures[4 * 3998]!).toBe(rows);
  });

  test("for long periods one segment in eight is folded after the first 64", () => {
    const part = PERIODS.parts(LOOPS).find(({ id }) => id === "long-folds")!;
    const state = new Uint8Array(part.stateBytes);
    part.prepare?.(state);
    const data = keystream(MB, 5);
    const rows = [0, 63, 64, 65, 71, 72].map((segment) => {
      part.feed(state, data, segment * MB);
      return part.conclude(state, MB)[0]!.n;
    });
    // The most extreme column may be of any of four periods, with 16 to 128 rows in each segment.
    const segments = [1, 2, 3, 3, 3, 4];
    for (const [i, n] of rows.entries()) expect(n % (16 * segments[i]!)).toBe(0);
    expect(rows[3]).toBe(rows[2]!);
    expect(rows[4]).toBe(rows[2]!);
  });

  test("counts of 16 bits go to sums before they overflow", () => {
    const ones = new Uint8Array(SEGMENT).fill(255);
    const state = prepared(1, [2080]);
    const figures = new Float64Array(4 * 2080);
    const rows = Array.from({ length: 270 }, (_, segment) => {
      LOOPS.feed("folds")(state, ones, segment * SEGMENT);
      const begin = (2080 - ((segment * SEGMENT) % 2080)) % 2080;
      return Math.floor((SEGMENT - begin) / 2080);
    }).reduce((sum, each) => sum + each, 0);
    LOOPS.measure("fold_counts")(state, figures);
    expect(rows).toBeGreaterThan(65_536);
    expect([...figures.subarray(4 * 2079)]).toEqual([rows, 8 * 2080 * rows ** 2, rows, 0]);
  });
});

test("equal bits: counts are those of a plain reckoning", () => {
  const data = flawed(2 * SEGMENT, 100, 3, (byte) => byte & 0x0f);
  const state = new Uint8Array(8 + 8 * 4096);
  LOOPS.feed("equal_bits")(state, data, 0);
  const figures = new Float64Array(4097);
  LOOPS.measure("equal_bit_counts")(state, figures);
  expect(figures[0]).toBe(2 * 8 * 32_768);
  for (const lag of [1, 2, 31, 32, 33, 100, 4095, 4096]) {
    let differing = 0;
    for (const begin of [0, SEGMENT]) {
      for (let i = begin + 4096; i < begin + 4096 + 32_768; i++) {
        for (let x = data[i]! ^ data[i - lag]!; x > 0; x &= x - 1) differing++;
      }
    }
    expect({ lag, differing: figures[lag] }).toEqual({ lag, differing });
  }
});

test("weights of blocks are those of a plain reckoning, whatever their size", () => {
  const data = flawed(9 * UNIT_BYTES, 64, 3, (byte) => byte & 0x0f);
  const state = new Uint8Array(16 + 4 * 2 ** 17);
  let bytes = 0;
  for (let round = 0; round < 11; round++) {
    LOOPS.feed("block_weights")(state, data, bytes);
    bytes += data.length;
  }
  const figures = new Float64Array(2 + 2 ** 17);
  LOOPS.measure("block_weight_series")(state, figures);
  const [block = 0, blocks = 0] = figures;
  // 99 units are more than 2^17 blocks of 32 bytes.
  expect([block, blocks]).toEqual([64, bytes / 64]);
  const weight = (at: number) => {
    let ones = 0;
    for (let i = 0; i < block; i++) for (let x = data[at + i]!; x > 0; x &= x - 1) ones++;
    return ones;
  };
  for (let i = 0; i < blocks; i += 37) {
    expect(figures[2 + i]).toBe(weight((i * block) % data.length));
  }
});

test(
  "loops for every machine give what those with wide instructions give",
  async () => {
    const plain = loadLibrary({ path: await hostLibrary("EE_DEEP_PLAIN") }).deepLoops(undefined);
    const data = flawed(SEGMENT + UNIT_BYTES, 500, 13, (byte) => byte | 16);
    const [parts, plainParts] = [PERIODS.parts(LOOPS), PERIODS.parts(plain)];
    for (const id of ["folds-2049", "usual-folds", "equal-bits", "spectrum"]) {
      const states = [parts, plainParts].map((all) => {
        const part = all.find((each) => each.id === id)!;
        const state = new Uint8Array(part.stateBytes);
        part.prepare?.(state);
        part.feed(state, data, 0);
        return { state, observations: part.conclude(state, data.length) };
      });
      expect(states[1]).toEqual(states[0]!);
    }
  },
  COMPILE_TIMEOUT_MS,
);

describe("bounds", () => {
  test("of one sum: never below the exact chance, and near it", () => {
    for (const n of [7, 64, 1000, 100_000]) {
      for (const z of [0.5, 2, 4, 6, 8]) {
        const ones = Math.min(n, Math.ceil(n / 2 + (z * Math.sqrt(n)) / 2));
        const exact = binomialTwoSided(ones, n, 0.5);
        const bound = Math.exp(logExcessBound(2 * ones - n, n));
        expect(bound).toBeGreaterThanOrEqual(exact * (1 - 1e-6));
        expect(bound).toBeLessThan(exact * (10 + 3 * z));
      }
    }
    expect(logExcessBound(50, 50)).toBeCloseTo(-49 * Math.LN2, 9);
    expect(logExcessBound(0, 50)).toBe(0);
  });

  /** P(S² / n = x) of one sum, by x. */
  function squareLaw(n: number): Map<number, number> {
    const law = new Map<number, number>();
    let chance = 2 ** -n;
    for (let ones = 0; ones <= n; ones++) {
      const square = (2 * ones - n) ** 2;
      law.set(square, (law.get(square) ?? 0) + chance);
      chance *= (n - ones) / (ones + 1);
    }
    return law;
  }

  test("of squares: never below the exact chance for short sums, on either side", () => {
    for (const n of [15, 16, 40]) {
      const one = squareLaw(n);
      const sums = 24;
      let law = new Map([[0, 1]]);
      for (let i = 0; i < sums; i++) {
        const next = new Map<number, number>();
        for (const [a, p] of law) for (const [b, q] of one) next.set(a + b, (next.get(a + b) ?? 0) + p * q);
        law = next;
      }
      const values = [...law].sort(([a], [b]) => a - b);
      let below = 0;
      for (const [square, chance] of values) {
        const above = Math.max(0, 1 - below);
        below += chance;
        const x = square / n;
        const exact = x > sums ? above : below;
        if (x === sums || exact < 1e-9) continue;
        expect(Math.exp(logSquaresBound(x, sums, n))).toBeGreaterThan(exact * (1 - 1e-3));
      }
    }
  });

  test("of squares: near the chi-square law for long sums", () => {
    for (const sums of [8, 800, 32_768]) {
      for (const z of [-6, -3, 3, 6, 9]) {
        const x = sums + z * Math.sqrt(2 * sums);
        if (x <= 0) continue;
        const exact = z > 0 ? chiSquareUpper(x, sums) : chiSquareLower(x, sums);
        const bound = Math.exp(logSquaresBound(x, sums, 10_000));
        expect(bound).toBeGreaterThan(exact);
        expect(bound).toBeLessThan(exact * 80);
      }
    }
  });

  test("of lines: those of the gamma law", () => {
    for (const shape of [1, 4, 64]) {
      for (const factor of [1.5, 2, 4]) {
        const exact = chiSquareUpper(2 * shape * factor, 2 * shape);
        expect(Math.exp(logGammaBound(shape * factor, shape))).toBeGreaterThan(exact);
      }
      expect(logGammaBound(shape / 2, shape)).toBe(0);
    }
    expect(leastOf(-1000, 8)).toBe(0);
    expect(leastOf(-1, 8)).toBe(1);
  });
});

test("good data pass", () => {
  for (const seed of [1, 2]) {
    for (const bytes of [UNIT_BYTES, SEGMENT + 3 * UNIT_BYTES, MB]) {
      for (const { test: name, p } of found(keystream(bytes, seed)).values()) {
        expect({ name, isBad: p < 1e-6 }).toEqual({ name, isBad: false });
      }
    }
  }
});

test("states of damaged files are refused", () => {
  const data = keystream(UNIT_BYTES, 3);
  for (const [id, at] of [
    ["folds-2049", 0],
    ["folds-2049", 8],
    ["usual-folds", 17],
    ["long-folds", 4],
    ["spectrum", 0],
    ["spectrum", 4],
    ["spectrum", 15],
  ] as const) {
    const part = PERIODS.parts(LOOPS).find((each) => each.id === id)!;
    const state = new Uint8Array(part.stateBytes);
    part.prepare?.(state);
    part.feed(state, data, 0);
    state[at]! ^= 64;
    expect(() => part.feed(state, data, UNIT_BYTES)).toThrow("damaged");
    expect(() => part.conclude(state, UNIT_BYTES)).toThrow("damaged");
    state[at]! ^= 64;
    expect(() => part.feed(state.subarray(0, -8), data, UNIT_BYTES)).toThrow("damaged");
    expect(() => part.feed(state, data, UNIT_BYTES)).not.toThrow();
  }
});

test("data of any length have the same observations as other data of that length", () => {
  for (const bytes of [UNIT_BYTES, SEGMENT, MB]) {
    const names = (data: Uint8Array) => [...found(data).keys()];
    expect(names(new Uint8Array(bytes))).toEqual(names(keystream(bytes, 1)));
  }
});

const FOUND = 1e-10;

describe("found in 1 MB, with its period and place", () => {
  const CASES: readonly (readonly [name: string, part: string, data: Uint8Array, words: string])[] = [
    [
      "a bit that is stuck in each 1,000 bytes",
      "folds-3841",
      flawed(MB, 1000, 17, (byte) => byte | 8),
      "bit 3 of byte 17 of every 1000 bytes",
    ],
    [
      "a byte that begins frames of 188 bytes",
      "usual-folds",
      flawed(MB, 188, 0, () => 0x47),
      "of byte 0 of every 188 bytes",
    ],
    [
      "a bit that is stuck in each 4,096 bytes",
      "folds-3841",
      flawed(MB, 4096, 4001, (byte) => byte & 0xfe),
      "bit 0 of byte 4001 of every 4096 bytes",
    ],
    [
      "a bit that is stuck in each 3,001 bytes",
      "folds-2817",
      flawed(MB, 3001, 3000, (byte) => byte | 128),
      "bit 7 of byte 3000 of every 3001 bytes",
    ],
    [
      "a bit that is stuck in each 2,049 bytes",
      "folds-2049",
      flawed(MB, 2049, 2048, (byte) => byte | 1),
      "bit 0 of byte 2048 of every 2049 bytes",
    ],
    [
      "a byte that begins blocks of 16 KiB",
      "long-folds",
      flawed(2 * MB, 16_384, 5, () => 0),
      "of byte 5 of every 16384 bytes",
    ],
  ];

  for (const [name, part, data, words] of CASES) {
    test(name, () => {
      const { p, suspicion } = found(data, [part]).get("column")!;
      expect(p).toBeLessThan(FOUND);
      expect(suspicion).toContain(words);
    });
  }

  test("a bit that is stuck in each 1,001 bits: a period of 1,001 bytes", () => {
    const data = keystream(MB, 22);
    for (let bit = 5; bit < 8 * MB; bit += 1001) data[bit >> 3]! |= 1 << (bit & 7);
    const { p, suspicion } = found(data, ["folds-3841"]).get("column")!;
    expect(p).toBeLessThan(FOUND);
    expect(suspicion).toMatch(/of every 1001 bytes/);
  });

  test("weak bits at many places of each 512 bytes, of which none stands out", () => {
    const data = keystream(MB, 23);
    const weak = keystream(MB, 24);
    const chosen = keystream(512, 25);
    for (let i = 0; i < MB; i++) if (weak[i]! < 14) data[i]! |= chosen[i % 512]!;
    const seen = found(data, ["usual-folds"]);
    expect(seen.get("columns")!.p).toBeLessThan(FOUND);
  });

  test("an echo that leaves columns even", () => {
    const data = keystream(MB, 26);
    const chosen = keystream(MB, 27);
    for (let i = 777; i < MB; i++) if (chosen[i]! < 4) data[i] = data[i - 777]!;
    const { p, suspicion } = found(data, ["equal-bits"]).get("equal-bits")!;
    expect(p).toBeLessThan(FOUND);
    expect(suspicion).toContain("bits equal those of 777 bytes before");
  });

  /** Sets bits of some bytes more often, with a chance that depends on the offset. */
  function swung(chance: (offset: number) => number): Uint8Array {
    const data = keystream(MB, 28);
    const chosen = keystream(MB, 29);
    for (let i = 0; i < MB; i++) {
      const share = chance(i);
      if (chosen[i]! < 256 * Math.abs(share)) data[i] = share > 0 ? data[i]! | 0x11 : data[i]! & 0xee;
    }
    return data;
  }

  test("a swing of the number of ones, by its period", () => {
    const { p, suspicion } = found(
      swung((i) => 0.04 * Math.sin((2 * Math.PI * i) / 12_345)),
      ["spectrum"],
    ).get("line")!;
    expect(p).toBeLessThan(FOUND);
    const period = Number(/period of ([\d.]+) bytes/.exec(suspicion)![1]);
    expect(Math.abs(period - 12_345)).toBeLessThan(100);
  });

  test("jumps of the number of ones, by their distance", () => {
    const { p, suspicion } = found(
      swung((i) => (i % 7001 < 100 ? 0.5 : -0.5 * (100 / 6901))),
      ["spectrum"],
    ).get("harmonics")!;
    expect(p).toBeLessThan(FOUND);
    expect(suspicion).toContain("every 70");
  });

  test("a slow drift", () => {
    const { p } = found(
      swung((i) => 0.06 * (i / MB - 0.5)),
      ["spectrum"],
    ).get("slow-lines")!;
    expect(p).toBeLessThan(FOUND);
  });

  test("a short stretch of zeros, by its offset", () => {
    const data = keystream(MB, 30);
    data.fill(0, 500_000, 500_030);
    const { p, suspicion } = found(data, ["spectrum"]).get("stretch")!;
    expect(p).toBeLessThan(FOUND);
    expect(suspicion).toContain("few ones in 32 bytes from offset 500000");
  });

  for (const [name, next] of [
    ["an LCG of 32 bits", lcg32()],
    ["RANDU", randu()],
    ["a counter", weyl(1)],
  ] as const) {
    test(`${name}, by the periods of its lower bits`, () => {
      const seen = found(bytesOf(next, MB), ["folds-3841", "usual-folds"]);
      expect(seen.get("column")!.p).toBeLessThan(FOUND);
    });
  }
});
