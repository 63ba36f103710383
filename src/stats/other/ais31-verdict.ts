import type { BitString } from "../bits.ts";
import { bitWords } from "../math/bit-words.ts";
import type { TestHeader, TestName, TestResult } from "../result.ts";
import { notEnoughData } from "./not-enough-data.ts";

/** One basic test of a procedure on one stretch of data. */
export interface BasicTest {
  readonly test: string;
  /** The statistic, or the one furthest out where a test has several. */
  readonly value: number;
  readonly passed: boolean;
}

/** The basic tests of one kind, as the results show them: bounds are inclusive. */
export interface BasicTestKind extends TestName {
  readonly lower: number | null;
  readonly upper: number | null;
  readonly params: TestHeader["params"];
}

export interface Procedure extends TestName {
  readonly section: string;
  readonly kinds: readonly BasicTestKind[];
  /**
   * Runs all basic tests on the bits from `start` on. Returns where it stopped reading, or how many bits it would have
   * needed.
   */
  run(
    bits: BitString,
    words: Int32Array,
    start: number,
  ): { readonly end: number; readonly tests: readonly BasicTest[] } | { readonly neededBits: number };
}

/**
 * Runs a procedure and evaluates it by the rule of AIS 20/31 (W. Killmann, W. Schindler, "A proposal for:
 * Functionality classes for random number generators", version 2.0, 2011, §2.4.4): passed if all basic tests
 * pass; failed if more than one fails; if exactly one fails, the procedure is run once more on fresh data and
 * passed only if then all pass. An ideal generator fails one basic test with probability about 1e-6.
 *
 * The results are those of the deciding run: one for the procedure, whose value is its number of failed basic tests,
 * and one for each kind of basic test, whose value is the one furthest from the middle of its bounds. They are not
 * applicable if a second run is needed and the data have ended.
 */
export function runProcedure(procedure: Procedure, bits: BitString): TestResult[] {
  const words = bitWords(bits);
  const header = (id: string, params: TestHeader["params"] = {}): TestHeader => ({
    suite: "ais31",
    test: id,
    section: procedure.section,
    params,
    n: bits.length,
  });
  const overall = header(procedure.id);
  const none = (neededBits: number, reason?: string): TestResult[] =>
    [overall, ...procedure.kinds.map((kind) => header(kind.id, kind.params))].map((each) => {
      const result = notEnoughData(each, neededBits, "bits");
      return reason === undefined ? result : { ...result, reason: `${reason}; ${result.reason}` };
    });

  const first = procedure.run(bits, words, 0);
  if ("neededBits" in first) return none(first.neededBits);
  let deciding = first;
  const firstFailures = first.tests.filter((test) => !test.passed);
  if (firstFailures.length === 1) {
    const second = procedure.run(bits, words, first.end);
    if ("neededBits" in second) {
      return none(second.neededBits, `${firstFailures[0]!.test} failed once, which calls for a second run`);
    }
    deciding = second;
  }
  const failures = deciding.tests.filter((test) => !test.passed).length;
  return [
    {
      ...overall,
      kind: "bounds",
      value: failures,
      lower: null,
      upper: 0,
      passed: failures === 0,
      details: {
        basicTests: deciding.tests.length,
        runs: deciding === first ? 1 : 2,
        failedInFirstRun: firstFailures.map((test) => test.test),
        usedBits: deciding.end,
      },
    },
    ...procedure.kinds.map((kind): TestResult => {
      const of = header(kind.id, kind.params);
      const tests = deciding.tests.filter((test) => test.test === kind.id);
      if (tests.length === 0) {
        return { ...of, kind: "not-applicable", reason: "the data ended after two failures" };
      }
      const failed = tests.filter((test) => !test.passed);
      const middle = ((kind.lower ?? kind.upper ?? 0) + (kind.upper ?? kind.lower ?? 0)) / 2;
      const value = (failed.length > 0 ? failed : tests)
        .map((test) => test.value)
        .reduce((far, x) => (distance(kind, middle, x) > distance(kind, middle, far) ? x : far));
      return {
        ...of,
        kind: "bounds",
        value,
        lower: kind.lower,
        upper: kind.upper,
        passed: failed.length === 0,
        details: { basicTests: tests.length, failed: failed.length },
      };
    }),
  ];
}

/** Measures how far towards failing a value lies. */
function distance(kind: BasicTestKind, middle: number, value: number): number {
  if (kind.lower === null) return value;
  return kind.upper === null ? -value : Math.abs(value - middle);
}
