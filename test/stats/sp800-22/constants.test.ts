import { expect, test } from "bun:test";
import { rankProbability } from "../../../src/stats/math/binary-matrix-rank.ts";
import { longestRunProbabilities } from "../../../src/stats/sp800-22/longest-run.ts";
import {
  compoundPoissonProbabilities,
  overlappingProbabilities,
} from "../../../src/stats/sp800-22/overlapping-template.ts";
import { visitProbabilities } from "../../../src/stats/sp800-22/random-excursions.ts";
import { exactMoments, printedMoments } from "../../../src/stats/sp800-22/universal-moments.ts";
import vectors from "../../vectors/sp800-22.json";
import universal from "../../vectors/sp800-22-universal.json";

/** The probabilities that the tests compute instead of storing. */

const near = (values: readonly (string | number)[]) =>
  values.map((value) => expect.closeTo(Number(value), 12));

test("longest runs", () => {
  expect(longestRunProbabilities(8, 1, 4)).toEqual(near(vectors.constants.longest_run_exact.M8_K3));
  expect(longestRunProbabilities(128, 4, 6)).toEqual(near(vectors.constants.longest_run_exact.M128_K5));
  expect(longestRunProbabilities(10000, 10, 7)).toEqual(near(vectors.constants.longest_run_exact.M10000_K6));
});

test("overlapping templates, exact and as in the standard", () => {
  expect(overlappingProbabilities(9, 1032)).toEqual(near(vectors.constants.overlapping_exact_m9_M1032));
  expect(compoundPoissonProbabilities(9, 1032)).toEqual(near(vectors.constants.overlapping_formula_m9_M1032));
});

test("overlapping templates by enumeration of all 2^12 blocks", () => {
  const counts = [0, 0, 0, 0, 0, 0];
  for (let block = 0; block < 1 << 12; block++) {
    let matches = 0;
    for (let i = 0; i + 3 <= 12; i++) if (((block >> i) & 7) === 7) matches++;
    counts[Math.min(5, matches)]!++;
  }
  expect(overlappingProbabilities(3, 12)).toEqual(counts.map((count) => count / 4096));
});

test("ranks", () => {
  const [full, oneLess] = [rankProbability(32, 32, 32), rankProbability(31, 32, 32)];
  expect([full, oneLess, 1 - full - oneLess]).toEqual(near(vectors.constants.rank32));
  // Of the 16 matrices of 2 × 2 one has rank 0, nine have rank 1, six have rank 2.
  expect([0, 1, 2].map((r) => rankProbability(r, 2, 2))).toEqual([1 / 16, 9 / 16, 6 / 16]);
});

test("visits of a cycle", () => {
  for (const [x, probabilities] of Object.entries(vectors.constants.random_excursions_pi)) {
    expect(visitProbabilities(Number(x))).toEqual(near(probabilities));
    expect(visitProbabilities(-Number(x))).toEqual(near(probabilities));
  }
});

test.each(universal.cases)(
  "moments of Maurer's statistic, L = $L",
  ({ L, K, simulatedSigma, sequences, ...wanted }) => {
    const exact = exactMoments(L, K);
    expect(exact.expected).toBeCloseTo(wanted.expected, 12);
    expect(exact.variance).toBeCloseTo(wanted.variance, 12);
    expect(exact.sigma).toBeCloseTo(wanted.sigma, 12);
    // The standard error of a standard deviation of k values is σ/√(2k).
    expect(Math.abs(simulatedSigma / exact.sigma - 1)).toBeLessThan(4 / Math.sqrt(2 * sequences));
  },
);

test("the printed moments are the exact ones, rounded; the standard's σ is up to 6 % off", () => {
  for (let L = 6; L <= 12; L++) {
    const K = 1000 * 2 ** L;
    const [exact, printed] = [exactMoments(L, K), printedMoments(L, K)];
    expect(Math.abs(exact.expected - printed.expected)).toBeLessThan(1e-6);
    expect(Math.abs(exact.variance - printed.variance)).toBeLessThan(1e-3);
    expect(Math.abs(exact.sigma / printed.sigma - 1)).toBeLessThan(0.06);
  }
});
