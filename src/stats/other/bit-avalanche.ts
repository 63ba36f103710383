import { BYTE_ONES } from "../math/bit-words.ts";
import { pearsonUpper } from "../math/pearson.ts";
import type { TestHeader, TestResult } from "../result.ts";
import type { ByteTally } from "./byte-tally.ts";
import { notEnoughData } from "./not-enough-data.ts";

/** C(8, d)/256: the chance that two bytes differ in d bits. */
const EXPECTED = [1, 8, 28, 56, 70, 56, 28, 8, 1].map((ways) => ways / 256);

/** Five expected in the rarest classes (0 and 8 bits), and one byte more than pairs. */
const MINIMUM_BYTES = 5 * 256 + 1;

/**
 * Bits that change from each byte to the next: χ² against binomial(8, ½), 8 degrees of freedom. The XORs of successive
 * independent uniform bytes are independent and uniform too, so overlapping pairs count as independent trials.
 */
export function bitAvalanche(tally: ByteTally): TestResult {
  const header: TestHeader = {
    suite: "battery",
    test: "bit-avalanche",
    section: "Pearson 1900",
    params: { classes: 9 },
    n: tally.length,
  };
  if (tally.length < MINIMUM_BYTES) return notEnoughData(header, MINIMUM_BYTES, "bytes");
  const observed = new Array<number>(9).fill(0);
  const pairs = tally.pairs();
  for (let i = 0; i < 65536; i++) observed[BYTE_ONES[(i >> 8) ^ (i & 255)]!]! += pairs[i]!;
  const total = tally.length - 1;
  let chiSquare = 0;
  let changed = 0;
  EXPECTED.forEach((share, distance) => {
    chiSquare += (observed[distance]! - total * share) ** 2 / (total * share);
    changed += distance * observed[distance]!;
  });
  return {
    ...header,
    kind: "hypothesis",
    statistic: chiSquare,
    pValues: [pearsonUpper(observed, EXPECTED)],
    details: { observed, meanBitsChanged: changed / total },
  };
}
