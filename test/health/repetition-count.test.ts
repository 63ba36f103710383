import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { RepetitionCountTest } from "../../src/health/health-tests.ts";

const C = 21;

/** Returns `before` alternating symbols, then `run` times 7, then `after` alternating symbols. */
function withRun(before: number, run: number, after: number): Uint8Array {
  const symbols = Uint8Array.from({ length: before + run + after }, (_, i) => i & 1);
  return symbols.fill(7, before, before + run);
}

describe("at C − 1 it passes, at C it fails", () => {
  for (const before of [0, 1, 100]) {
    test(`run after ${before} symbols`, () => {
      expect(new RepetitionCountTest(C).test(withRun(before, C - 1, 50))).toBeUndefined();
      expect(new RepetitionCountTest(C).test(withRun(before, C, 50))).toEqual({
        test: "repetition-count",
        symbol: 7,
        count: C,
        cutoff: C,
        symbolIndex: before + C - 1,
      });
    });
  }

  test("across every border between two batches, and one symbol at a time", () => {
    for (const [run, fails] of [
      [C - 1, false],
      [C, true],
    ] as const) {
      const symbols = withRun(10, run, 10);
      for (let cut = 0; cut <= symbols.length; cut++) {
        const rct = new RepetitionCountTest(C);
        rct.test(symbols.subarray(0, cut));
        const failure = rct.test(symbols.subarray(cut));
        expect(failure?.symbolIndex).toBe(fails ? 10 + C - 1 : undefined);
      }
      const rct = new RepetitionCountTest(C);
      for (let i = 0; i < symbols.length; i++) rct.test(symbols.subarray(i, i + 1));
      expect(rct.test(new Uint8Array(0)) !== undefined).toBe(fails);
    }
  });
});

test("two runs that only together are long enough pass", () => {
  const rct = new RepetitionCountTest(C);
  expect(rct.test(new Uint8Array(C - 1).fill(1))).toBeUndefined();
  expect(rct.test(new Uint8Array(C - 1).fill(2))).toBeUndefined();
});

test("symbol 0 is counted from the first symbol on", () => {
  expect(new RepetitionCountTest(2).test(Uint8Array.of(0))).toBeUndefined();
  expect(new RepetitionCountTest(2).test(Uint8Array.of(0, 0))?.symbolIndex).toBe(1);
});

test("a failure stays until reset, which forgets the run too", () => {
  const rct = new RepetitionCountTest(C);
  const failure = rct.test(new Uint8Array(C));
  expect(rct.test(Uint8Array.of(1, 2, 3))).toEqual(failure!);
  rct.reset();
  expect(rct.test(new Uint8Array(C - 1))).toBeUndefined();
  expect(rct.test(new Uint8Array(1))?.symbolIndex).toBe(C - 1);
});

test("agrees with the definition, whatever the symbols and batches", () => {
  const batches = fc.array(fc.uint8Array({ max: 1, maxLength: 30 }), { maxLength: 10 });
  fc.assert(
    fc.property(batches, fc.integer({ min: 2, max: 8 }), (parts, cutoff) => {
      const all = parts.flatMap((part) => [...part]);
      const expected = all.findIndex(
        (symbol, i) => i >= cutoff - 1 && all.slice(i - cutoff + 1, i).every((s) => s === symbol),
      );
      const rct = new RepetitionCountTest(cutoff);
      for (const part of parts) rct.test(part);
      expect(rct.test(new Uint8Array(0))?.symbolIndex ?? -1).toBe(expected);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test("a cutoff below 2 is refused", () => {
  expect(() => new RepetitionCountTest(1)).toThrow(RangeError);
  expect(() => new RepetitionCountTest(2.5)).toThrow(RangeError);
});
