/** Every figure against NIST's own program. */
import { describe, expect, test } from "bun:test";
import { inflateSync } from "node:zlib";
import {
  type ChiSquareResult,
  type IidAssessment,
  iidData,
  type LongestRepeatResult,
  type PermutationResult,
  Permutations,
  PermutationTally,
  STATISTICS,
} from "../../../../src/stats/sp800-90b/iid/index.ts";
import vectors from "../../../vectors/sp800-90b-iid.json" with { type: "json" };
import { piBits } from "../../sp800-22/constant-bits.ts";
import { assessAlone } from "./assess-alone.ts";

type Case = (typeof vectors.cases)[number];

let pi: Uint8Array | undefined;

function symbolsOf({ data }: Case): Uint8Array {
  if (data.deflated !== undefined) return new Uint8Array(inflateSync(Buffer.from(data.deflated, "base64")));
  pi ??= piBits(1_000_000);
  return pi;
}

function closeTo(actual: number, expected: number, tolerance: number, label: string): void {
  expect(Math.abs(actual - expected), `${label}: ${actual} and ${expected}`).toBeLessThanOrEqual(tolerance);
}

function expectChiSquare(
  actual: IidAssessment["independence"],
  expected: Case["expected"]["independence"],
  label: string,
): void {
  expect(actual.kind, label).toBe("chi-square");
  const { statistic, degreesOfFreedom, pValue } = actual as ChiSquareResult;
  closeTo(statistic, expected.T, 1e-12 * expected.T, `${label} statistic`);
  expect(degreesOfFreedom, label).toBe(expected.df);
  closeTo(pValue, expected.p_value, 1e-11 * expected.p_value, `${label} p-value`);
}

describe("figures of NIST's program", () => {
  for (const vector of vectors.cases) {
    let assessed: Promise<IidAssessment> | undefined;
    // The figures need no permutations, so only one chunk is measured.
    const assessment = () => {
      assessed ??= assessAlone(symbolsOf(vector), vector.bitsPerSymbol, { permutations: 20 });
      return assessed;
    };
    const { expected } = vector;

    test(`${vector.name}: statistics`, async () => {
      const { permutation } = await assessment();
      const { statistics } = permutation as PermutationResult;
      const originals = Object.fromEntries(STATISTICS.map((id) => [id, statistics[id].original]));
      expect(originals).toEqual(expected.original);
    });

    test(`${vector.name}: other tests and estimate`, async () => {
      const { independence, goodnessOfFit, longestRepeat, hOriginal, hBitstring, minEntropy } =
        await assessment();
      expectChiSquare(independence, expected.independence, "independence");
      expectChiSquare(goodnessOfFit, expected.goodnessOfFit, "goodness of fit");
      const chiSquarePassed = [independence, goodnessOfFit].every(
        (result) => "passed" in result && result.passed,
      );
      expect(chiSquarePassed).toBe(expected.chiSquarePassed);

      expect(longestRepeat.kind).toBe("longest-repeat");
      const { length, collisionProbability, pValue, passed } = longestRepeat as LongestRepeatResult;
      expect(length).toBe(expected.longestRepeat.W);
      closeTo(collisionProbability, expected.longestRepeat.p_col, 1e-15, "collision probability");
      // NIST's program takes 1 − x with 64-bit significands.
      closeTo(pValue, expected.longestRepeat.prob_X_ge_1, 2 ** -55, "longest repeat");
      expect(passed).toBe(expected.longestRepeat.passed);

      closeTo(hOriginal, expected.hOriginal, 1e-13, "H original");
      if (expected.hBitstring === null) expect(hBitstring).toBeNull();
      else closeTo(hBitstring!, expected.hBitstring, 1e-13, "H bitstring");
      closeTo(minEntropy, expected.minEntropy, 1e-13, "min-entropy");
    });

    test(`${vector.name}: mean and median`, async () => {
      const { mean, median } = iidData(symbolsOf(vector), vector.bitsPerSymbol);
      expect({ mean, median }).toEqual({ mean: expected.mean, median: expected.median });
    });

    test(`${vector.name}: which statistics fail`, async () => {
      // Compression, which takes seconds where it fails, has its own test. Where several others fail they do so by
      // far; the data of which one passed after 2,077 permutations get all of them.
      const options = {
        complete: false,
        permutations: vector.name.startsWith("period7") ? 1000 : 10_000,
      };
      const result = (await assessAlone(symbolsOf(vector), vector.bitsPerSymbol, options)).permutation;
      const { statistics, passed } = result as PermutationResult;
      expect(passed).toBe(expected.permutationPassed);
      const failed: string[] = STATISTICS.filter((id) => statistics[id].passed === false);
      const expectedFailed: readonly string[] = expected.failed;
      expect(failed).toEqual(expectedFailed.filter((id) => id !== "compression"));
      expect(statistics.compression.passed).toBe(passed ? true : null);
    });
  }

  test("compression of data that fail it: no permutation is compressed as well", () => {
    const compression = STATISTICS.indexOf("compression");
    const wanted = STATISTICS.map((_, statistic) => (statistic === compression ? 1 : 0));
    const failing = vectors.cases.filter(({ expected }) =>
      (expected.failed as readonly string[]).includes("compression"),
    );
    expect(failing).toHaveLength(2);
    for (const vector of failing) {
      const permutations = new Permutations(iidData(symbolsOf(vector), vector.bitsPerSymbol));
      const tally = new PermutationTally();
      tally.add(permutations.measure({ first: 0, count: 200 }, Uint8Array.from(wanted)));
      expect(tally.counts(compression)).toEqual({ greater: 200, equal: 0, less: 0 });
    }
  });
});
