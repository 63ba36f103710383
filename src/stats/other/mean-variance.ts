import { normalTwoSided } from "../math/tails.ts";
import type { TestHeader, TestResult } from "../result.ts";
import type { ByteTally } from "./byte-tally.ts";
import { notEnoughData } from "./not-enough-data.ts";

/** Sums of this many uniform bytes are normal to 1e-4 in the 1 % tails (the excess of each is −1.2). */
const MINIMUM_BYTES = 256;

/** Moments of the uniform law on 0–255 about its mean: (k² − 1)/12 and (k² − 1)(3k² − 7)/240 with k = 256. */
const MEAN = 127.5;
const VARIANCE = (256 ** 2 - 1) / 12;
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
    params: { mean: MEAN, variance: VARIANCE },
    n,
  };
  if (n < MINIMUM_BYTES) return notEnoughData(header, MINIMUM_BYTES, "bytes");
  let sum = 0;
  let squares = 0;
  tally.histogram().forEach((count, value) => {
    sum += count * (value - MEAN);
    squares += count * (value - MEAN) ** 2;
  });
  const zMean = sum / Math.sqrt(n * VARIANCE);
  const zVariance = (squares - n * VARIANCE) / Math.sqrt(n * (FOURTH - VARIANCE ** 2));
  return {
    ...header,
    kind: "hypothesis",
    statistic: zMean,
    pValues: [normalTwoSided(zMean), normalTwoSided(zVariance)],
    labels: ["mean", "variance"],
    details: { mean: MEAN + sum / n, variance: squares / n, zMean, zVariance },
  };
}
