import { describe, expect, test } from "bun:test";
import { binomialUpper } from "../../../src/stats/math/tails.ts";
import { examineBlock, FIPS_RESULTS, FipsBlocks, fips1402 } from "../../../src/stats/other/fips140-2.ts";
import { type BoundsResult, failed } from "../../../src/stats/result.ts";
import vectors from "../../vectors/fips140-2.json";
import { aesBytes, BAD, vectorBytes } from "./sample-data.ts";

describe("rngtest, block by block", () => {
  for (const vector of vectors.files) {
    test(vector.name, () => {
      const bytes = vectorBytes(vector.name);
      const blocks = new FipsBlocks().update(bytes);
      expect(blocks.blocks).toBe(vector.blocks);
      expect(blocks.failures).toBe(vector.failures);
      expect(blocks.failed).toEqual(vector.failed);
      expect(blocks.byTest).toEqual(vector.byTest);
      vector.firstBlocks.forEach((wanted, i) => {
        const block = examineBlock(bytes.subarray(4 + 2500 * i, 4 + 2500 * (i + 1)));
        expect(block).toEqual({ ...wanted, runs: [wanted.runs[0]!, wanted.runs[1]!] });
      });
    });
  }
});

test("how the data are cut makes no difference", () => {
  const bytes = aesBytes(3, 60_000);
  bytes.fill(0, 20_000, 21_000);
  const pieces = new FipsBlocks();
  for (let at = 0; at < bytes.length; at += 777) pieces.update(bytes.subarray(at, at + 777));
  expect(pieces.results()).toEqual(fips1402(bytes));
  expect(pieces.failures).toBeGreaterThan(0);
});

/** A block of 2,500 bytes after four seed bytes. */
function maskOf(seed: readonly number[], block: Uint8Array): number {
  return new FipsBlocks().update(Uint8Array.of(...seed)).update(block).failed[0]?.mask ?? 0;
}

test("each limit is where the standard has it", () => {
  const good = aesBytes(5, 2500);
  expect(maskOf([1, 2, 3, 4], good)).toBe(0);

  // Long run: 25 equal bits pass, 26 do not.
  const long = good.slice();
  long.set([0b01000000, 0, 0, 0b00000011], 100);
  expect(examineBlock(long).longest).toBe(28);
  expect(maskOf([1, 2, 3, 4], long) & 8).toBe(8);
  long.set([0b01000000, 0, 0, 0b00001011], 100);
  expect(examineBlock(long).longest).toBe(26);
  expect(maskOf([1, 2, 3, 4], long) & 8).toBe(8);
  long.set([0b01000000, 0, 0, 0b00010011], 100);
  expect(examineBlock(long).longest).toBe(25);
  expect(maskOf([1, 2, 3, 4], long) & 8).toBe(0);

  // Continuous: the first word against the seed, and the first word of a block against the last of the one before.
  expect(maskOf([...good.subarray(0, 4)], good)).toBe(16);
  const next = aesBytes(6, 2500);
  next.set(good.subarray(2496), 0);
  const blocks = new FipsBlocks()
    .update(Uint8Array.of(1, 2, 3, 4))
    .update(good)
    .update(next);
  expect(blocks.failed).toEqual([{ block: 1, mask: 16 }]);

  // Monobit: 10,274 ones pass, 10,275 do not.
  for (const [ones, mask] of [
    [10_274, 0],
    [10_275, 1],
    [9726, 0],
    [9725, 1],
  ] as const) {
    const block = good.slice();
    let now = examineBlock(block).ones;
    for (let i = 0; now !== ones; i = (i + 13) % 20_000) {
      const bit = 128 >> (i & 7);
      const set = (block[i >> 3]! & bit) !== 0;
      if (set === now > ones) {
        block[i >> 3]! ^= bit;
        now += set ? -1 : 1;
      }
    }
    expect(maskOf([1, 2, 3, 4], block) & 1).toBe(mask);
  }
});

test("a block of one run, and runs that reach over bytes", () => {
  const zeros = examineBlock(new Uint8Array(2500));
  expect(zeros).toEqual({
    ones: 0,
    squares: 25e6,
    runs: [
      [0, 0, 0, 0, 0, 1],
      [0, 0, 0, 0, 0, 0],
    ],
    longest: 20_000,
  });
  const ones = examineBlock(new Uint8Array(2500).fill(255));
  expect(ones.runs).toEqual([
    [0, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 1],
  ]);
  const pairs = examineBlock(new Uint8Array(2500).fill(0b01100110));
  // Single zeros at both ends, pairs between.
  expect(pairs.runs).toEqual([
    [2, 4999, 0, 0, 0, 0],
    [0, 5000, 0, 0, 0, 0],
  ]);
});

test("one failed block is no verdict, many are", () => {
  const pi = fips1402(vectorBytes("pi"));
  expect(pi.map((result) => result.test)).toEqual(FIPS_RESULTS.map(({ id }) => id));
  const [all, ...single] = pi as BoundsResult[];
  expect([all!.value, all!.passed]).toEqual([1, true]);
  expect(single.map((result) => result.value)).toEqual([0, 0, 1, 0, 0]);
  for (const { upper, params, n } of pi as BoundsResult[]) {
    // P(more than `upper` of 49 fail) ≤ 1e-6 < P(as many or more).
    const chance = Number(params["failureProbability"]);
    expect(binomialUpper(upper! + 1, n, chance)).toBeLessThanOrEqual(1e-6);
    expect(binomialUpper(upper!, n, chance)).toBeGreaterThan(1e-6);
  }
  for (const result of fips1402(aesBytes(9, 1_000_000))) expect(failed(result)).toBe(false);
  for (const bad of ["constant", "counter", "alternating bits", "text"]) {
    expect(failed(fips1402(BAD[bad]!(125_000))[0]!)).toBe(true);
  }
});

test("fewer than 2,504 bytes have no block", () => {
  for (const length of [0, 1, 4, 2503]) {
    for (const result of fips1402(new Uint8Array(length))) expect(result.kind).toBe("not-applicable");
  }
  expect(fips1402(new Uint8Array(2504))[0]!.kind).toBe("bounds");
});

test("the chance of failing, by other means", () => {
  const chance = (name: string) =>
    Number(fips1402(aesBytes(1, 2504)).find((result) => result.test === name)!.params["failureProbability"]);

  // Monobit: binomial(20000, ½) summed from the middle outward.
  let log = 0;
  for (let k = 1; k <= 10_000; k++) log += Math.log((10_000 + k) / k) - 2 * Math.LN2;
  let term = Math.exp(log);
  let inside = term;
  for (let k = 1; k <= 274; k++) {
    term *= (10_001 - k) / (10_000 + k);
    inside += 2 * term;
  }
  // The ten thousand logarithms leave 2e-11.
  expect(Math.abs(chance("monobit") - (1 - inside))).toBeLessThan(1e-10);

  // No run of 26: state = length of the open run.
  let open = new Float64Array(27);
  open[1] = 1;
  for (let i = 1; i < 20_000; i++) {
    const next = new Float64Array(27);
    for (let k = 1; k <= 25; k++) {
      next[1]! += open[k]! / 2;
      if (k < 25) next[k + 1]! += open[k]! / 2;
    }
    open = next;
  }
  expect(Math.abs(chance("long-run") - (1 - open.reduce((a, b) => a + b)))).toBeLessThan(1e-12);
  expect(chance("continuous-run")).toBeCloseTo(625 / 2 ** 32, 12);
  expect(chance("blocks")).toBeCloseTo(8.0057e-4, 7);
});
