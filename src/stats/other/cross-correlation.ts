import { BYTE_VARIANCE } from "../constants.ts";
import { binomialTwoSided, normalTwoSided } from "../math/tails.ts";
import type { TestHeader, TestResult } from "../result.ts";
import type { ByteTally } from "./byte-tally.ts";
import { centredProducts } from "./lag-correlation.ts";
import { notEnoughData } from "./not-enough-data.ts";

/** Sums of fewer products are not yet normal in their tails. */
const MINIMUM_PAIRS = 1000;

/**
 * Correlation between streams that should be independent: the bytes at even places with their odd neighbours (normal,
 * as in the lag correlation), and each two of the eight bits of a byte (the number of bytes in which they differ is
 * exactly binomial(n, ½)).
 */
export function crossCorrelation(bytes: Uint8Array, tally: ByteTally): TestResult {
  const pairs = bytes.length >> 1;
  const header: TestHeader = {
    suite: "battery",
    test: "cross-correlation",
    section: "central limit theorem; binomial",
    params: { streams: "even/odd bytes, bit pairs" },
    n: bytes.length,
  };
  if (pairs < MINIMUM_PAIRS) return notEnoughData(header, 2 * MINIMUM_PAIRS, "bytes");
  const z = centredProducts(bytes, 0, 1, 2) / (BYTE_VARIANCE * Math.sqrt(pairs));
  const pValues = [normalTwoSided(z)];
  const labels = ["even/odd bytes"];
  const histogram = tally.histogram();
  for (let i = 7; i > 0; i--) {
    for (let j = i - 1; j >= 0; j--) {
      let differing = 0;
      histogram.forEach((count, byte) => {
        if (((byte >> i) ^ (byte >> j)) & 1) differing += count;
      });
      pValues.push(binomialTwoSided(differing, bytes.length, 0.5));
      labels.push(`bits ${i}/${j}`);
    }
  }
  return { ...header, kind: "hypothesis", statistic: z, pValues, labels };
}
