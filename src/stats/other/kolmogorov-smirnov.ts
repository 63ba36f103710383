import { kolmogorovDiscreteUpper } from "../math/kolmogorov.ts";
import type { TestHeader, TestResult } from "../result.ts";
import type { ByteTally } from "./byte-tally.ts";
import { notEnoughData } from "./not-enough-data.ts";

/** The law is exact for small samples, but of fewer bytes a single one moves D by its 1 % point. */
const MINIMUM_BYTES = 256;

/**
 * Kolmogorov–Smirnov test of the bytes against the discrete uniform law on 0–255: the largest distance between the two
 * distribution functions, by its law for discrete data (math/kolmogorov.ts).
 */
export function kolmogorovSmirnov(tally: ByteTally): TestResult {
  const n = tally.length;
  const header: TestHeader = {
    suite: "battery",
    test: "kolmogorov-smirnov",
    section: "Conover 1972; Schmid 1958",
    params: { levels: 256 },
    n,
  };
  if (n < MINIMUM_BYTES) return notEnoughData(header, MINIMUM_BYTES, "bytes");
  let cumulated = 0;
  let distance = 0;
  tally.histogram().forEach((count, value) => {
    cumulated += count;
    distance = Math.max(distance, Math.abs(cumulated - (n * (value + 1)) / 256));
  });
  const d = distance / n;
  return { ...header, kind: "hypothesis", statistic: d, pValues: [kolmogorovDiscreteUpper(d, n, 256)] };
}
