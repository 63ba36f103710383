import { pearsonUpper } from "../math/pearson.ts";
import type { TestHeader, TestResult } from "../result.ts";
import type { ByteTally } from "./byte-tally.ts";
import { notEnoughData } from "./not-enough-data.ts";

/** At least five expected in each of 256 cells (Cochran's rule for the χ² approximation). */
export const MINIMUM_BYTES = 5 * 256;

const UNIFORM: readonly number[] = new Array(256).fill(1 / 256);

/** Pearson's χ² of the byte histogram against the uniform law, 255 degrees of freedom, upper tail. */
export function byteFrequency(tally: ByteTally): TestResult {
  const header: TestHeader = {
    suite: "battery",
    test: "byte-frequency",
    section: "Pearson 1900",
    params: { cells: 256 },
    n: tally.length,
  };
  if (tally.length < MINIMUM_BYTES) return notEnoughData(header, MINIMUM_BYTES, "bytes");
  const expected = tally.length / 256;
  let chiSquare = 0;
  for (const count of tally.histogram()) chiSquare += (count - expected) ** 2 / expected;
  return {
    ...header,
    kind: "hypothesis",
    statistic: chiSquare,
    pValues: [pearsonUpper(tally.histogram(), UNIFORM)],
    details: { degreesOfFreedom: 255 },
  };
}
