/** Ranks of matrices: laws against enumeration, the C loops against elimination row by row, generators. */
import { describe, expect, test } from "bun:test";
import { loadLibrary } from "../../ffi/index.ts";
import { BINARY_RANK } from "../../src/deep/families/binary-rank.ts";
import { LINEAR_COMPLEXITY } from "../../src/deep/families/linear-complexity.ts";
import { type RankCounts, RankState, type Series } from "../../src/deep/linear/rank-series.ts";
import {
  missingRanks,
  missingRanksUpper,
  worstOfMatricesUpper,
} from "../../src/stats/deep/binary-rank-law.ts";
import { BinaryMatrixRank, rankProbability } from "../../src/stats/math/binary-matrix-rank.ts";
import { binomialTwoSided } from "../../src/stats/math/tails.ts";
import { keystream } from "../support/keystream.ts";
import { hostLibrary } from "../support/native-builds.ts";
import {
  fill32,
  fillBits,
  lfsr,
  r250,
  swapBytes,
  well512a,
  xorshift32,
  xorshift128,
} from "./linear-generators.ts";
import { corrected, observe } from "./observe.ts";

const UNIT = 2 ** 16;

/** Words as `BinaryMatrixRank` has them: the order of bits does not matter, as long as it is the same in all rows. */
function rankOf(matrix: Uint8Array, rows: number): number {
  return new BinaryMatrixRank(rows, rows).rank(new Int32Array(matrix.slice().buffer), 0);
}

describe("laws", () => {
  test("a matrix lacks ranks as often as all matrices do", () => {
    for (const n of [1, 2, 3, 4]) {
      const counts = Array<number>(n + 1).fill(0);
      const matrix = new BinaryMatrixRank(n, n);
      for (let value = 0; value < 2 ** (n * n); value++) {
        const bits = new Int32Array([value << (32 - n * n), 0]);
        counts[n - matrix.rank(bits, 0)]!++;
      }
      for (let d = 0; d <= n; d++) {
        expect(missingRanks(d, n) * 2 ** (n * n)).toBeCloseTo(counts[d]!, 9);
        const more = counts.slice(d).reduce((a, b) => a + b);
        expect(missingRanksUpper(d, n) * 2 ** (n * n)).toBeCloseTo(more, 9);
      }
    }
  });

  test("it is the law of SP 800-22", () => {
    for (let d = 0; d <= 5; d++) {
      expect(missingRanks(d, 32) / rankProbability(32 - d, 32, 32)).toBeCloseTo(1, 12);
      // 64 rows are as good as endless ones.
      expect(missingRanks(d, 32_768) / missingRanks(d, 64)).toBeCloseTo(1, 12);
    }
  });

  test("the lowest of many is bounded by their sum, and close to it", () => {
    for (const matrices of [1, 100, 1e9]) {
      const sum = matrices * missingRanksUpper(9, 512);
      expect(worstOfMatricesUpper(9, 512, matrices) / sum).toBeCloseTo(1, 9);
    }
    expect(worstOfMatricesUpper(0, 512, 5)).toBe(1);
    expect(worstOfMatricesUpper(40, 512, 5)).toBe(0);
  });

  test("binomial tails of as many matrices as 1 TB has are right far out", () => {
    const n = 2 ** 27;
    for (const p of [missingRanks(0, 64), missingRanksUpper(2, 64)]) {
      const mean = n * p;
      const sd = Math.sqrt(mean * (1 - p));
      for (const z of [-7, -4, 4, 7]) {
        const k = Math.round(mean + z * sd);
        expect(binomialTwoSided(k, n, p) / (2 * binomialTail(k, n, p, Math.sign(z)))).toBeCloseTo(1, 5);
      }
    }
  });
});

/** Sums the probabilities from k outwards, each from the one before; the first by Stirling's formula. */
function binomialTail(k: number, n: number, p: number, sign: number): number {
  const q = 1 - p;
  const deviance = k * Math.log(k / (n * p)) + (n - k) * Math.log((n - k) / (n * q));
  const stirling = (1 / n - 1 / k - 1 / (n - k)) / 12;
  let term = Math.exp(stirling - deviance) * Math.sqrt(n / (2 * Math.PI * k * (n - k)));
  let sum = 0;
  for (let j = k; term > sum * 1e-17; j += sign) {
    sum += term;
    term *= sign > 0 ? ((n - j) / (j + 1)) * (p / q) : (j / (n - j + 1)) * (q / p);
  }
  return sum;
}

function series(rows: number, more: Partial<Series> = {}): Series {
  const everywhere = { step: 1, first: 0, begin: 0, dense: 2 ** 50, thin: 1, end: 2 ** 50, place: rows };
  return { rows, ...everywhere, ...more };
}

function count(
  library: string | undefined,
  all: readonly Series[],
  data: Uint8Array,
  pieces = [data.length],
): RankCounts[] {
  const feed = loadLibrary(library === undefined ? {} : { path: library })
    .deepLoops()
    .feed("binary_rank");
  const layout = new RankState(all);
  const state = new Uint8Array(layout.bytes);
  layout.prepare(state);
  for (let at = 0, i = 0; at < data.length; i++) {
    const length = Math.min(pieces[i % pieces.length]!, data.length - at);
    feed(state, data.subarray(at, at + length), at);
    at += length;
  }
  return layout.counts(state);
}

/** The same, matrix by matrix. */
function expected({ rows, step, first, begin, dense, thin, end }: Series, data: Uint8Array): RankCounts {
  const span = (rows * rows * step) / 8;
  const missing: [number, number, number] = [0, 0, 0];
  let [matrices, worst] = [0, 0];
  for (let i = 0; begin + (i + 1) * span <= data.length && begin + i * span < end; i++) {
    const start = begin + i * span;
    if (start >= dense && i % thin !== 0) continue;
    const matrix = data.subarray(start, start + span).filter((_, at) => at % step === first);
    const lacks = rows - rankOf(matrix, rows);
    matrices++;
    worst = Math.max(worst, lacks);
    missing[Math.min(2, lacks)]!++;
  }
  return { matrices, worst, missing };
}

/** Matrices whose rows are sums of few others, and with columns and rows of zeros: every turn of an elimination without pivots. */
function poorMatrices(rows: number, seed: number): Uint8Array {
  const data = keystream((rows * rows) / 8, seed);
  const rowBytes = rows / 8;
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * rowBytes, (i + 1) * rowBytes);
    if (i % 5 === 3) row.set(data.subarray((i - 3) * rowBytes, (i - 2) * rowBytes));
    if (i % 7 === 6) row.fill(0);
    for (let k = rowBytes / 4; k < rowBytes / 2; k++) row[k] = 0;
    row[0]! &= 0x3c;
  }
  return data;
}

const SIZES = [64, 128, 256, 512];

describe("loops", () => {
  test("count as elimination does, whatever the pieces", () => {
    const data = keystream(4 * UNIT, 31);
    const all = [
      ...SIZES.map((rows) => series(rows)),
      series(1024),
      series(64, { dense: UNIT, thin: 16, place: 1 }),
      series(128, { step: 4, first: 3, place: 2 }),
      series(256, { step: 8, first: 7, thin: 2, dense: 0, place: 3 }),
      series(256, { begin: 2 * UNIT, end: 2 * UNIT + 1, place: 4 }),
    ];
    const want = all.map((each) => expected(each, data));
    expect(want.every(({ matrices }) => matrices > 0)).toBe(true);
    for (const pieces of [[4 * UNIT], [UNIT], [UNIT, 3 * UNIT]]) {
      expect(count(undefined, all, data, pieces)).toEqual(want);
    }
  });

  test("matrices of every poor kind", async () => {
    const plain = await hostLibrary("EE_DEEP_PLAIN");
    for (const rows of [...SIZES, 1024, 2048]) {
      const poor = poorMatrices(rows, 32);
      const data = new Uint8Array(Math.max(UNIT, poor.length)).map((_, i) => poor[i % poor.length]!);
      const one = [series(rows, { end: 1 })];
      const want = [expected(one[0]!, data)];
      expect(want[0]!.worst).toBeGreaterThan(rows / 8);
      expect(count(undefined, one, data)).toEqual(want);
      expect(count(plain, one, data)).toEqual(want);
    }
  });

  test("a library without wide instructions counts the same", async () => {
    const plain = await hostLibrary("EE_DEEP_PLAIN");
    const data = keystream(2 ** 19, 33);
    const all = [...SIZES, 1024, 2048].map((rows) => series(rows));
    expect(count(plain, all, data)).toEqual(count(undefined, all, data));
  });

  test("a single one counts as rank one", () => {
    const data = new Uint8Array(2 * UNIT);
    data[UNIT + 77] = 8;
    for (const rows of [...SIZES, 1024]) {
      const [counts] = count(undefined, [series(rows)], data);
      expect(counts!.worst).toBe(rows < 1024 ? rows : rows - 1);
    }
  });

  test("end soon after they are told to", () => {
    const stop = new Int32Array(new SharedArrayBuffer(4));
    stop[0] = 1;
    const layout = new RankState([series(512)]);
    const state = new Uint8Array(layout.bytes);
    layout.prepare(state);
    const feed = loadLibrary().deepLoops(stop).feed("binary_rank");
    expect(() => feed(state, keystream(UNIT, 34), 0)).toThrow("ECANCELED");
  });
});

const FOUND = 1e-15;

/** Blocks of 64 bytes of a linear generator that is seeded anew for each. */
function seededBlocks(bytes: number): Uint8Array {
  const words = new Uint32Array(keystream(bytes, 35).buffer);
  for (let block = 0; block < words.length; block += 16) {
    const next = xorshift32(words[block]);
    for (let i = 0; i < 16; i++) words[block + i] = next();
  }
  return new Uint8Array(words.buffer);
}

/** Good blocks of 128 bytes, the last four of them the CRC-32 of the rest. */
function checkedBlocks(bytes: number): Uint8Array {
  const data = keystream(bytes, 36);
  const view = new DataView(data.buffer);
  for (let at = 0; at < bytes; at += 128) {
    view.setUint32(at + 124, Bun.hash.crc32(data.subarray(at, at + 124)), true);
  }
  return data;
}

const KNOWN_BAD: readonly (readonly [
  name: string,
  state: number,
  bytes: number,
  make: (n: number) => Uint8Array,
])[] = [
  ["xorshift32", 32, UNIT, (n) => fill32(n, xorshift32())],
  ["xorshift32, most significant byte first", 32, UNIT, (n) => swapBytes(fill32(n, xorshift32()), 4)],
  ["xorshift128", 128, UNIT, (n) => fill32(n, xorshift128())],
  ["xorshift32 seeded anew for each 64 bytes", 32, UNIT, seededBlocks],
  ["a CRC in each 128 bytes", 992, 2 * UNIT, checkedBlocks],
  ["an LFSR in bytes from the top", 89, UNIT, (n) => fillBits(n, lfsr(89, 38, xorshift32()), true)],
  ["WELL512a", 512, 2 * UNIT, (n) => fill32(n, well512a(xorshift128()))],
  // Its words are 32 registers of 250 bits that do not mix: 8,000 bits of state. But 1,024 rows are 32 sums of 32 words.
  ["R250", 250, 2 ** 21, (n) => fill32(n, r250(xorshift128()))],
];

describe("family", () => {
  test.each(KNOWN_BAD)("finds %s", (_, __, bytes, make) => {
    expect(corrected(observe(BINARY_RANK, make(bytes)))).toBeLessThan(FOUND);
  });

  test("says how large the state is", () => {
    const found = observe(BINARY_RANK, fill32(UNIT, xorshift128())).find((each) => each.p < FOUND);
    expect(found?.suspicion).toContain("a state of some 128 bits");
  });

  test("finds what linear complexity does not", () => {
    for (const data of [seededBlocks(2 * UNIT), checkedBlocks(2 * UNIT)]) {
      expect(corrected(observe(LINEAR_COMPLEXITY, data))).toBeGreaterThan(2 ** -10);
      expect(corrected(observe(BINARY_RANK, data))).toBeLessThan(FOUND);
    }
  });

  test("passes good data of all lengths", () => {
    for (const [seed, units] of [1, 3, 15, 16, 37, 64, 80].entries()) {
      const observations = observe(BINARY_RANK, keystream(units * UNIT, 40 + seed));
      expect(observations.length).toBeGreaterThan(0);
      expect(corrected(observations)).toBeGreaterThan(2 ** -10);
      for (const { n, p } of observations) {
        expect(n).toBeGreaterThan(0);
        expect(p).toBeGreaterThan(0);
      }
    }
  });
});
