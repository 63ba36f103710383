import { BYTE_MEAN, BYTE_VARIANCE } from "../constants.ts";
import { normalTwoSided } from "../math/tails.ts";
import type { TestHeader, TestResult } from "../result.ts";
import type { ByteTally } from "./byte-tally.ts";
import { notEnoughData } from "./not-enough-data.ts";

/** The sum of so many uniform bytes is normal to 1e-4 in the 1 % tails (the excess of each is −1.2). */
const MINIMUM_BYTES = 256;

/** Fourth moment of the uniform law on 0–255 about its mean: (k² − 1)(3k² − 7)/240 with k = 256. */
const FOURTH = ((256 ** 2 - 1) * (3 * 256 ** 2 - 7)) / 240;

/**
 * Mean and variance of the bytes against their known values: two p-values from two sums that are
 * uncorrelated (the law is symmetric) and asymptotically normal.
 */
export function meanVariance(tally: ByteTally): TestResult {
  const n = tally.length;
  const header: TestHeader = {
    suite: "battery",
    test: "mean-variance",
    section: "central limit theorem",
    params: { mean: BYTE_MEAN, variance: BYTE_VARIANCE },
    n,
  };
  if (n < MINIMUM_BYTES) return notEnoughData(header, MINIMUM_BYTES, "bytes");
  let sum = 0;
  let squares = 0;
  tally.histogram().forEach((count, value) => {
    sum += count * (value - BYTE_MEAN);
    squares += count * (value - BYTE_MEAN) ** 2;
  });
  const zMean = sum / Math.sqrt(n * BYTE_VARIANCE);
  const zVariance = (squares - n * BYTE_VARIANCE) / Math.sqrt(n * (FOURTH - BYTE_VARIANCE ** 2));
  return {
    ...header,
    kind: "hypothesis",
    statistic: zMean,
    pValues: [normalTwoSided(zMean), normalTwoSided(zVariance)],
    labels: ["mean", "variance"],
    details: { mean: BYTE_MEAN + sum / n, variance: squares / n, zMean, zVariance },
  };
}
