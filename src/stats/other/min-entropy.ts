import { multinomialMaximumUpper } from "../math/multinomial-maximum.ts";
import type { TestHeader, TestResult } from "../result.ts";
import { upperBound } from "../sp800-90b/upper-bounds.ts";
import { MINIMUM_BYTES } from "./byte-frequency.ts";
import type { ByteTally } from "./byte-tally.ts";
import { notEnoughData } from "./not-enough-data.ts";

/**
 * Min-entropy by the most common byte, −log₂(max/n), tested by the law of the largest of 256 multinomial counts. The
 * verdict is about uniformity; the details have the bound of SP 800-90B §6.3.1.
 */
export function minEntropy(tally: ByteTally): TestResult {
  const n = tally.length;
  const header: TestHeader = {
    suite: "battery",
    test: "min-entropy",
    section: "SP 800-90B §6.3.1; Levin 1981",
    params: { cells: 256 },
    n,
  };
  if (n < MINIMUM_BYTES) return notEnoughData(header, MINIMUM_BYTES, "bytes");
  let most = 0;
  for (const count of tally.histogram()) most = Math.max(most, count);
  const share = most / n;
  const upper = upperBound(share, n);
  return {
    ...header,
    kind: "hypothesis",
    statistic: most,
    pValues: [multinomialMaximumUpper(most, n, 256)],
    // + 0 because a constant gives −log₂ 1 = −0.
    details: { minEntropyBitsPerByte: -Math.log2(share) + 0, mostCommonValueBound: -Math.log2(upper) + 0 },
  };
}
