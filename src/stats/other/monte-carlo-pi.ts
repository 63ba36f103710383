import { binomialTwoSided } from "../math/tails.ts";
import type { TestHeader, TestResult } from "../result.ts";
import type { ByteTally } from "./byte-tally.ts";
import { notEnoughData } from "./not-enough-data.ts";

/** The law is exact for any number, but fewer points say nothing about π. */
const MINIMUM_POINTS = 100;

/**
 * The chance that a point of two uniform 24-bit coordinates satisfies x² + y² ≤ (2²⁴ − 1)²: the lattice
 * points of the quarter disc, counted column by column, over 2⁴⁸. It is π/4 less 3.4e-8.
 */
const INSIDE = 221_069_920_168_561 / 2 ** 48;

/**
 * Monte Carlo π as in `ent`: six bytes make a point in the unit square, and the number of points inside the
 * quarter circle is binomial. Two-sided.
 */
export function monteCarloPi(tally: ByteTally): TestResult {
  const header: TestHeader = {
    suite: "battery",
    test: "monte-carlo-pi",
    section: "ent (Walker)",
    params: { bytesPerPoint: 6 },
    n: tally.length,
  };
  if (tally.points < MINIMUM_POINTS) return notEnoughData(header, 6 * MINIMUM_POINTS, "bytes");
  return {
    ...header,
    kind: "hypothesis",
    statistic: (4 * tally.inside) / tally.points,
    pValues: [binomialTwoSided(tally.inside, tally.points, INSIDE)],
    details: { points: tally.points, inside: tally.inside },
  };
}
