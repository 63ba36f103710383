import { BYTE_MEAN } from "../constants.ts";
import { normalTwoSided } from "../math/tails.ts";
import type { TestHeader, TestResult } from "../result.ts";
import { type ByteTally, productsOf } from "./byte-tally.ts";
import { notEnoughData } from "./not-enough-data.ts";

/** Below this the coefficient is not yet normal in its tails. */
const MINIMUM_BYTES = 256;

/**
 * Serial correlation of successive bytes, the last with the first (Knuth, TAOCP 2, §3.3.2 K; the figure
 * `ent` prints). Of n independent values it has mean −1/(n − 1) and variance n²/((n − 1)²·(n − 2)).
 */
export function serialCorrelation(tally: ByteTally): TestResult {
  const n = tally.length;
  const header: TestHeader = {
    suite: "battery",
    test: "serial-correlation",
    section: "Knuth, TAOCP 2, §3.3.2 K",
    params: { lag: 1 },
    n,
  };
  if (n < MINIMUM_BYTES) return notEnoughData(header, MINIMUM_BYTES, "bytes");
  // Sums about 127.5, where those of good data nearly vanish and nothing cancels.
  let sum = 0;
  let squares = 0;
  tally.histogram().forEach((count, value) => {
    sum += count * (value - BYTE_MEAN);
    squares += count * (value - BYTE_MEAN) ** 2;
  });
  const products = productsOf(tally.pairs()) + tally.first * tally.last;
  const about = products - 255 * (sum + BYTE_MEAN * n) + n * BYTE_MEAN ** 2;
  const spread = n * squares - sum * sum;
  // The formula is 0/0 for constant bytes, which correlate perfectly.
  const coefficient = spread === 0 ? 1 : (n * about - sum * sum) / spread;
  const z = ((coefficient + 1 / (n - 1)) * (n - 1) * Math.sqrt(n - 2)) / n;
  return {
    ...header,
    kind: "hypothesis",
    statistic: coefficient,
    pValues: [normalTwoSided(z)],
    details: { z },
  };
}
