import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type BitString, bitString } from "../../../src/stats/bits.ts";
import * as suite from "../../../src/stats/sp800-22/index.ts";
import { SP800_22 } from "../../../src/stats/suites.ts";
import { piSegment } from "./generators.ts";

const BITS = fc
  .uint8Array({ maxLength: 300 })
  .chain((bytes) => fc.integer({ min: 0, max: 8 * bytes.length }).map((length) => bitString(bytes, length)));

const p = (result: suite.Outcome): readonly number[] => (result.kind === "hypothesis" ? result.pValues : []);

describe("lengths", () => {
  test("nothing applies to an empty sequence, and every result says why", () => {
    for (const enforceMinimum of [true, false]) {
      const results = suite.sp80022(bitString(new Uint8Array(0)), { enforceMinimum });
      expect(results.map((r) => r.test)).toEqual(SP800_22.map(({ id }) => id));
      for (const result of results) expect(result).toMatchObject({ kind: "not-applicable", n: 0 });
    }
  });

  test("without minimum, every p-value of any sequence lies in [0, 1]", () => {
    fc.assert(
      fc.property(BITS, (bits) => {
        for (const result of suite.sp80022(bits, { enforceMinimum: false })) {
          if (result.kind !== "hypothesis") continue;
          for (const value of [...result.pValues, ...(result.exactPValues ?? [])]) {
            expect(value >= 0 && value <= 1).toBe(true);
          }
        }
      }),
      { seed: 22, numRuns: 150 },
    );
  });

  // The least n of each test at its default parameters.
  const LEAST: [suite.Sp80022TestId, number][] = [
    ["frequency", 100],
    ["block-frequency", 128],
    ["cumulative-sums", 100],
    ["runs", 100],
    ["longest-run", 128],
    ["rank", 38 * 1024],
    ["dft", 1000],
    ["overlapping-template", 72 * 1032],
    ["universal", 387_840],
    ["approximate-entropy", 2 ** 16],
    ["serial", 2 ** 19],
    ["linear-complexity", 100_000],
  ];
  test.each(LEAST)("%s applies from %d bits on", (id, least) => {
    const bytes = piSegment(0, Math.ceil(least / 8));
    expect(suite.sp80022(bitString(bytes, least), { tests: [id] })).toMatchObject([
      { kind: "hypothesis", n: least },
    ]);
    expect(suite.sp80022(bitString(bytes, least - 1), { tests: [id] })).toMatchObject([
      { kind: "not-applicable" },
    ]);
  });

  test("the non-overlapping template test asks only for blocks that hold a template", () => {
    expect(suite.nonOverlappingTemplate(bitString(piSegment(0, 9), 72)).kind).toBe("hypothesis");
    expect(suite.nonOverlappingTemplate(bitString(piSegment(0, 9), 71)).kind).toBe("not-applicable");
  });
});

describe("the bits alone count", () => {
  test("not those after the end, not the place in memory", () => {
    fc.assert(
      fc.property(BITS, fc.uint8Array({ minLength: 1, maxLength: 5 }), (bits, tail) => {
        const used = Math.ceil(bits.length / 8);
        const memory = new Uint8Array(used + 2 * tail.length);
        memory.set(tail);
        memory.set(bits.bytes.subarray(0, used), tail.length);
        memory.set(tail, tail.length + used);
        if (bits.length % 8 > 0) memory[tail.length + used - 1]! ^= 0xff >> (bits.length % 8);
        const moved: BitString = bitString(memory.subarray(tail.length), bits.length);
        expect(suite.sp80022(moved, { enforceMinimum: false })).toEqual(
          suite.sp80022(bits, { enforceMinimum: false }),
        );
      }),
      { seed: 23, numRuns: 60 },
    );
  });

  test("zeros and ones are alike to the tests that do not name either", () => {
    const bytes = piSegment(0, 20_000);
    const flipped = bitString(
      bytes.map((byte) => ~byte),
      159_999,
    );
    const bits = bitString(bytes, 159_999);
    for (const id of [
      "frequency",
      "block-frequency",
      "cumulative-sums",
      "runs",
      "dft",
      "approximate-entropy",
    ] as const) {
      const [one, other] = [bits, flipped].map((of) => p(suite.sp80022(of, { tests: [id] })[0]!));
      expect(one).toHaveLength(id === "cumulative-sums" ? 2 : 1);
      for (const [i, value] of one!.entries()) expect(value).toBeCloseTo(other![i]!, 11);
    }
  });

  test("cumulative sums of the reversed sequence change places", () => {
    const bits = bitString(piSegment(77, 126), 1001);
    const text = Array.from({ length: 1001 }, (_, i) => (bits.bytes[i >> 3]! >> (7 - (i & 7))) & 1);
    const reversed = new Uint8Array(126);
    for (const [i, bit] of text.reverse().entries()) reversed[i >> 3]! |= bit << (7 - (i & 7));
    const [forward, backward] = p(suite.cumulativeSums(bits));
    expect(p(suite.cumulativeSums(bitString(reversed, 1001)))).toEqual([backward!, forward!]);
  });
});

describe("single rules", () => {
  test("runs: the proportion of ones decides first", () => {
    // n = 100: |π − ½| ≥ 2/√n = 0.2 from 70 ones on; 69 ones in alternation give many runs.
    const ones = (count: number): BitString => {
      const bytes = new Uint8Array(13);
      for (let i = 0; i < count; i++) bytes[i >> 3]! |= 0x80 >> (i & 7);
      return bitString(bytes, 100);
    };
    expect(p(suite.runs(ones(70)))).toEqual([0]);
    expect(p(suite.runs(ones(69)))[0]).toBeGreaterThan(0);
  });

  test("longest run: block lengths by n", () => {
    for (const [n, blockLength] of [
      [128, 8],
      [6271, 8],
      [6272, 128],
      [749_999, 128],
      [750_000, 10_000],
    ] as const) {
      const result = suite.longestRun(bitString(piSegment(0, Math.ceil(n / 8)), n));
      expect(result.params["blockLength"]).toBe(blockLength);
    }
  });

  test("universal: block lengths by n", () => {
    for (const [n, L] of [
      [387_840, 6],
      [904_959, 6],
      [904_960, 7],
      [1_000_000, 7],
    ] as const) {
      const result = suite.universal(bitString(piSegment(0, n / 8 + 1), n));
      expect(result).toMatchObject({
        kind: "hypothesis",
        params: { blockLength: L, initialBlocks: 10 * 2 ** L },
      });
    }
  });

  test("random excursions need 500 cycles", () => {
    // "10" returns to 0 every two bits.
    const bits = (cycles: number): BitString => bitString(new Uint8Array(125).fill(0xaa), 2 * cycles);
    expect(suite.randomExcursions(bits(500)).kind).toBe("hypothesis");
    expect(suite.randomExcursions(bits(499))).toMatchObject({
      kind: "not-applicable",
      reason: "the walk has 499 cycles, at least 500 are needed",
    });
    expect(suite.randomExcursionsVariant(bits(499)).kind).toBe("not-applicable");
  });

  test("non-overlapping templates: as many as NIST's files hold", () => {
    const bits = bitString(piSegment(0, 20_000));
    const counts = [2, 3, 4, 5, 6, 7, 8, 9, 10].map(
      (templateLength) => p(suite.nonOverlappingTemplate(bits, { templateLength })).length,
    );
    expect(counts).toEqual([2, 4, 6, 12, 20, 40, 74, 148, 284]);
  });
});

describe("options", () => {
  const bits = bitString(piSegment(0, 2000));

  test("out of range is a RangeError, of the wrong type a TypeError", () => {
    expect(() => suite.blockFrequency(bits, { blockLength: 0 })).toThrow(RangeError);
    expect(() => suite.blockFrequency(bits, { blockLength: 1.5 })).toThrow(RangeError);
    expect(() => suite.serial(bits, { patternLength: 1 })).toThrow(RangeError);
    expect(() => suite.longestRun(bits, { blockLength: 100 })).toThrow(RangeError);
    expect(() => suite.nonOverlappingTemplate(bits, { template: "101" })).toThrow(RangeError);
    expect(() => suite.nonOverlappingTemplate(bits, { template: "12" })).toThrow(RangeError);
    expect(() => suite.overlappingTemplate(bits, { blockLength: 5 })).toThrow(RangeError);
    expect(() => suite.linearComplexity(bits, { blockLength: "500" as never })).toThrow(TypeError);
    expect(() => suite.universal(bits, { constants: "approximate" as never })).toThrow(RangeError);
    expect(() => suite.sp80022(bits, { tests: ["monobit" as never] })).toThrow(RangeError);
    expect(() => suite.frequency({ bytes: bits.bytes, length: 2 ** 32 })).toThrow(RangeError);
  });

  test("go to their tests and into the result", () => {
    const results = suite.sp80022(bits, {
      tests: ["serial", "block-frequency"],
      parameters: { "block-frequency": { blockLength: 1000 }, serial: { patternLength: 5 } },
    });
    expect(results).toMatchObject([
      {
        test: "block-frequency",
        section: "2.2",
        suite: "sp800-22",
        params: { blockLength: 1000 },
        n: 16_000,
      },
      { test: "serial", params: { patternLength: 5 }, labels: ["∇ψ²", "∇²ψ²"] },
    ]);
  });

  test("results survive JSON", () => {
    const results = suite.sp80022(bits);
    expect(JSON.parse(JSON.stringify(results))).toEqual(results);
  });
});
