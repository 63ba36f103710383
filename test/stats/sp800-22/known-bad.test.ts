import { expect, test } from "bun:test";
import { bitString } from "../../../src/stats/bits.ts";
import { linearComplexity, type Sp80022TestId, sp80022 } from "../../../src/stats/sp800-22/index.ts";
import { rank } from "../../../src/stats/sp800-22/rank.ts";
import { Mt19937, piSegment, xorshift128Bytes } from "./generators.ts";

/** Data that are not random fail, and by a wide margin: p < 1e-12 where a random sequence would give p < 2^−40. */

const BYTES = 125_000;
const bytesOf = (at: (i: number) => number): Uint8Array =>
  Uint8Array.from({ length: BYTES }, (_, i) => at(i) & 0xff);

/** The classical C library's generator modulo 2^31, of which only the low byte is used. */
function lcgLowBytes(): Uint8Array {
  let state = 1;
  return bytesOf(() => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state;
  });
}

/** Every fiftieth zero of π flipped: 51 % ones. */
function biased(): Uint8Array {
  const bytes = piSegment(0, BYTES);
  let zeros = 0;
  for (let i = 0; i < 8 * BYTES; i++) {
    const mask = 0x80 >> (i & 7);
    if ((bytes[i >> 3]! & mask) === 0 && ++zeros % 50 === 0) bytes[i >> 3]! |= mask;
  }
  return bytes;
}

const TEXT =
  "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness, ";

const CASES: [name: string, data: Uint8Array, failing: Sp80022TestId[]][] = [
  [
    "zeros",
    new Uint8Array(BYTES),
    ["frequency", "runs", "longest-run", "rank", "serial", "linear-complexity"],
  ],
  [
    "ones",
    new Uint8Array(BYTES).fill(0xff),
    ["frequency", "runs", "longest-run", "overlapping-template", "universal"],
  ],
  [
    "alternating bits",
    new Uint8Array(BYTES).fill(0x55),
    ["runs", "dft", "approximate-entropy", "linear-complexity"],
  ],
  ["a byte counter", bytesOf((i) => i), ["rank", "dft", "serial", "universal", "longest-run"]],
  [
    "a 32-bit counter",
    bytesOf((i) => (i >> 2) >>> (24 - 8 * (i & 3))),
    ["frequency", "serial", "approximate-entropy"],
  ],
  ["low bits of a congruential generator", lcgLowBytes(), ["rank", "dft", "serial", "universal"]],
  ["bits biased to 51 %", biased(), ["frequency", "cumulative-sums"]],
  [
    "one random block repeated",
    (() => {
      const block = piSegment(1000, 512);
      return bytesOf((i) => block[i % 512]!);
    })(),
    ["serial", "approximate-entropy", "non-overlapping-template", "dft"],
  ],
  [
    "text",
    bytesOf((i) => TEXT.charCodeAt(i % TEXT.length)),
    ["frequency", "serial", "universal", "dft", "rank"],
  ],
];

test.each(CASES)("%s", (_, data, failing) => {
  const results = sp80022(bitString(data));
  for (const id of failing) {
    const result = results.find((candidate) => candidate.test === id);
    const p = result?.kind === "hypothesis" ? Math.min(...result.pValues) : Number.NaN;
    expect([id, p < 1e-12]).toEqual([id, true]);
  }
  for (const result of results) {
    if (result.kind !== "hypothesis") continue;
    for (const p of [...result.pValues, ...(result.exactPValues ?? [])]) {
      expect(p).toBeGreaterThanOrEqual(0);
      expect(p).toBeLessThanOrEqual(1);
    }
  }
});

test("MT19937 passes blocks of 500 bits and fails blocks of more than 2 · 19937", () => {
  // One bit of each word: all 32 together have the complexity 32 · 19937.
  const bits = bitString(new Mt19937(5489).topBits(BYTES));
  const short = linearComplexity(bits);
  expect(short.kind === "hypothesis" && short.pValues[0]! > 1e-12).toBe(true);
  const long = linearComplexity(bits, { blockLength: 41_000, enforceMinimum: false });
  // 24 blocks of which a random one in a hundred would lie in the lowest class.
  expect(long).toMatchObject({ details: { counts: [24, 0, 0, 0, 0, 0, 0] } });
  expect(long.kind === "hypothesis" && long.pValues[0]!).toBeLessThan(1e-300);
});

test("xorshift128 passes matrices of 32 × 32 and fails larger ones than its 128 bits of state", () => {
  const bits = bitString(xorshift128Bytes(320_000));
  const small = rank(bits);
  expect(small.kind === "hypothesis" && small.pValues[0]! > 1e-12).toBe(true);
  const large = rank(bits, { rows: 256, columns: 256 });
  expect(large).toMatchObject({ kind: "hypothesis", details: { counts: [0, 0, 39] } });
  expect(large.kind === "hypothesis" && large.pValues[0]!).toBeLessThan(1e-12);
});
