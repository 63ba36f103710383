import { describe, expect, test } from "bun:test";
import { type BitString, bitString } from "../../../src/stats/bits.ts";
import { bitWords } from "../../../src/stats/math/bit-words.ts";
import { PROCEDURE_A, PROCEDURE_A_BITS, testSequence } from "../../../src/stats/other/ais31-procedure-a.ts";
import { PROCEDURE_B, PROCEDURE_B_BITS } from "../../../src/stats/other/ais31-procedure-b.ts";
import { runProcedure } from "../../../src/stats/other/ais31-verdict.ts";
import type { BoundsResult, TestResult } from "../../../src/stats/result.ts";
import vectors from "../../vectors/ais31.json";
import { aesBytes, BAD, sha256, sha256Bytes } from "./sample-data.ts";

const procedureA = (bits: BitString) => runProcedure(PROCEDURE_A, bits);
const procedureB = (bits: BitString) => runProcedure(PROCEDURE_B, bits);

const GOOD = sha256Bytes("ais31", vectors.bytes);

function of(results: readonly TestResult[], id: string): BoundsResult {
  const result = results.find((candidate) => candidate.test === id);
  if (result?.kind !== "bounds") throw new Error(`${id} gave no bounds`);
  return result;
}

test("the data are those of the vectors", () => expect(sha256(GOOD)).toBe(vectors.sha256));

describe("procedure A", () => {
  const results = procedureA(bitString(GOOD));

  test("passes good data, with the statistics of another implementation", () => {
    const { repeated, longestRun, furthest } = vectors.procedureA;
    expect(of(results, "procedure-a")).toMatchObject({ value: 0, passed: true });
    expect(of(results, "procedure-a").details).toMatchObject({
      basicTests: 1286,
      runs: 1,
      usedBits: 8_285_728,
    });
    expect(of(results, "t0-disjointness").value).toBe(repeated);
    expect(of(results, "t1-monobit").value).toBe(furthest.ones);
    expect(of(results, "t2-poker").value).toBeCloseTo(furthest.poker, 9);
    expect(of(results, "t3-runs").value).toBe(0);
    expect(of(results, "t4-long-run").value).toBe(longestRun);
    expect(of(results, "t5-autocorrelation").value).toBe(furthest.z);
    expect(results.every((result) => result.kind === "bounds" && result.passed)).toBe(true);
  });

  test("sequence by sequence", () => {
    vectors.procedureA.firstSequences.forEach((wanted, i) => {
      const start = 6 * 2 ** 16 + 2500 * i;
      const sequence = GOOD.subarray(start, start + 2500);
      const tests = testSequence(sequence, bitWords(bitString(sequence)), 0);
      const found = Object.fromEntries(tests.map(({ test, value }) => [test, value]));
      expect(found["t1-monobit"]).toBe(wanted.ones);
      expect(found["t2-poker"]).toBeCloseTo(wanted.poker, 9);
      expect(found["t3-runs"]).toBe(wanted.runsOutside);
      expect(found["t4-long-run"]).toBe(wanted.longestRun);
      expect(found["t5-autocorrelation"]).toBe(wanted.z);
    });
  });

  /** Good data with one run of 34 ones in the first of the 257 sequences. */
  function withOneFailure(copies: number): Uint8Array {
    const run = PROCEDURE_A_BITS / 8;
    const bytes = new Uint8Array(copies * run);
    for (let i = 0; i < copies; i++) bytes.set(sha256Bytes(i === 0 ? "ais31" : "again", run), i * run);
    bytes.set([0x3f, 0xff, 0xff, 0xff, 0xf0], 6 * 2 ** 16 + 500);
    return bytes;
  }

  test("one failed basic test calls for a second run, on fresh data", () => {
    const once = procedureA(bitString(withOneFailure(1)));
    expect(once.every((result) => result.kind === "not-applicable")).toBe(true);
    expect((once[0] as { reason: string }).reason).toContain("t4-long-run failed once");
    expect((once[0] as { reason: string }).reason).toContain((2 * PROCEDURE_A_BITS).toLocaleString("en-US"));

    const twice = procedureA(bitString(withOneFailure(2)));
    expect(of(twice, "procedure-a")).toMatchObject({ value: 0, passed: true });
    expect(of(twice, "procedure-a").details).toMatchObject({ runs: 2, failedInFirstRun: ["t4-long-run"] });
    expect(of(twice, "t4-long-run").passed).toBe(true);
  });

  test("a failure in the second run fails", () => {
    const bytes = withOneFailure(2);
    bytes.set([0xc0, 0, 0, 0, 0x0f], PROCEDURE_A_BITS / 8 + 6 * 2 ** 16 + 500);
    const results = procedureA(bitString(bytes));
    expect(of(results, "procedure-a")).toMatchObject({ value: 1, passed: false });
    expect(of(results, "t4-long-run")).toMatchObject({ value: 34, upper: 33, passed: false });
  });

  test("two failures fail at once", () => {
    const bytes = withOneFailure(1);
    bytes.copyWithin(6, 0, 6);
    const results = procedureA(bitString(bytes));
    expect(of(results, "procedure-a")).toMatchObject({ value: 2, passed: false });
    expect(of(results, "t0-disjointness")).toMatchObject({ value: 1, passed: false });
    expect(of(results, "t1-monobit").passed).toBe(true);
  });

  test("fails bad data and refuses too few", () => {
    for (const bad of ["constant", "counter", "alternating bits"]) {
      expect(of(procedureA(bitString(BAD[bad]!(PROCEDURE_A_BITS / 8))), "procedure-a").passed).toBe(false);
    }
    for (const bytes of [0, 1, PROCEDURE_A_BITS / 8 - 1]) {
      const results = procedureA(bitString(GOOD.subarray(0, bytes)));
      expect(results.map((result) => result.kind)).toEqual(new Array(7).fill("not-applicable"));
    }
  });
});

describe("procedure B", () => {
  test("passes good data, with the statistics of another implementation", () => {
    const results = procedureB(bitString(GOOD));
    const wanted = vectors.procedureB;
    expect(of(results, "procedure-b")).toMatchObject({ value: 0, passed: true });
    expect(of(results, "procedure-b").details).toMatchObject({ basicTests: 9, usedBits: wanted.endBits });
    expect(of(results, "t6-single").value).toBeCloseTo(wanted.t6Single, 12);
    expect(of(results, "t6-transition").value).toBeCloseTo(wanted.t6Transition, 12);
    expect(of(results, "t7-pairs").value).toBeCloseTo(Math.max(...wanted.t7Pairs), 9);
    expect(of(results, "t7-triples").value).toBeCloseTo(Math.max(...wanted.t7Triples), 9);
    expect(of(results, "t8-entropy").value).toBeCloseTo(wanted.t8, 9);
  });

  /** Bits that depend on those before: P(1) = base + Σ weights·(the last three bits, the last one first). */
  function markov(length: number, base: number, weights: readonly [number, number, number]): Uint8Array {
    const uniform = new Uint16Array(aesBytes(31, 16 * length).buffer);
    const bytes = new Uint8Array(length);
    // Thresholds by the last three bits, the last one lowest.
    const thresholds = Array.from(
      { length: 8 },
      (_, past) =>
        65536 *
        (base + weights[0] * (past & 1) + weights[1] * ((past >> 1) & 1) + weights[2] * ((past >> 2) & 1)),
    );
    let past = 0;
    for (let i = 0; i < 8 * length; i++) {
      const bit = Number(uniform[i]! < thresholds[past]!);
      bytes[i >> 3]! |= bit << (7 - (i & 7));
      past = ((past << 1) | bit) & 7;
    }
    return bytes;
  }

  test("each step sees what it is for", () => {
    // More than one failure, or one and no data for a second run: the failing steps show in the first case.
    const length = 1_200_000;
    const first = procedureB(bitString(markov(length, 0.55, [0, 0, 0])));
    expect(of(first, "t6-single").passed).toBe(false);
    // 8·h(0.55) = 7.942 bits a byte.
    expect(of(first, "t8-entropy").passed).toBe(false);
    expect(of(first, "t7-triples").passed).toBe(true);
    const pairs = procedureB(bitString(markov(length, 0.48, [0, 0.04, 0])));
    expect(of(pairs, "t7-pairs").passed).toBe(false);
    expect(of(pairs, "t6-transition").passed).toBe(true);
    const triples = procedureB(bitString(markov(length, 0.48, [0, 0, 0.04])));
    expect(of(triples, "t7-triples").passed).toBe(false);
    expect(of(triples, "t7-pairs").passed).toBe(true);
  });

  test("one failed basic test and no more data decide nothing", () => {
    const results = procedureB(bitString(markov(1_000_000, 0.485, [0.03, 0, 0])));
    expect(results.every((result) => result.kind === "not-applicable")).toBe(true);
    expect((results[0] as { reason: string }).reason).toContain("t6-transition failed once");
  });

  test("constant data fail although their subsequences never fill", () => {
    const results = procedureB(bitString(new Uint8Array(2_000_000)));
    expect(of(results, "procedure-b").passed).toBe(false);
    // As soon as two have failed, more data could not save it.
    const short = procedureB(bitString(new Uint8Array(300_000)));
    expect(of(short, "procedure-b")).toMatchObject({ value: 2, passed: false });
    expect(short.at(-1)).toMatchObject({ kind: "not-applicable" });
  });

  test("refuses too few", () => {
    for (const bytes of [0, 1, 100, PROCEDURE_B_BITS / 8 - 1]) {
      const results = procedureB(bitString(GOOD.subarray(0, bytes)));
      expect(results.map((result) => result.kind)).toEqual(new Array(6).fill("not-applicable"));
    }
    expect((procedureB(bitString(GOOD.subarray(0, 100)))[0] as { reason: string }).reason).toContain(
      "6,968,480",
    );
    expect((procedureB(bitString(GOOD.subarray(0, 873_000)))[0] as { reason: string }).reason).toContain(
      "6,990,583",
    );
  });
});
