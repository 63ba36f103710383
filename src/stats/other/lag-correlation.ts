import { BYTE_VARIANCE } from "../constants.ts";
import { normalTwoSided } from "../math/tails.ts";
import type { TestHeader, TestResult } from "../result.ts";
import { notEnoughData } from "./not-enough-data.ts";

/** Near neighbours, then the periods of counters, caches, sectors and pages. */
const LAGS = [...Array.from({ length: 31 }, (_, i) => i + 2), 64, 128, 256, 512, 1024, 2048, 4096];

/** A lag is used if at least this many pairs are left: sums of fewer products are not yet normal. */
const MINIMUM_PAIRS = 1000;

/**
 * Correlation of each byte with the one `lag` later, lags 2–32 and powers of two up to 4096 (lag 1 is the
 * serial correlation's). The products about the known mean 127.5 are uncorrelated with known variance, so
 * Σ/(σ²·√pairs) has mean 0 and variance 1 exactly and is asymptotically normal. One p-value a lag.
 */
export function lagCorrelation(bytes: Uint8Array): TestResult {
  const lags = LAGS.filter((lag) => bytes.length - lag >= MINIMUM_PAIRS);
  const header: TestHeader = {
    suite: "battery",
    test: "lag-correlation",
    section: "Box & Jenkins 1970, §2.1.6",
    params: { lags: lags.length },
    n: bytes.length,
  };
  if (lags.length === 0) return notEnoughData(header, MINIMUM_PAIRS + LAGS[0]!, "bytes");
  const zs = lags.map(
    (lag) => centredProducts(bytes, 0, lag, 1) / (BYTE_VARIANCE * Math.sqrt(bytes.length - lag)),
  );
  return {
    ...header,
    kind: "hypothesis",
    statistic: zs.reduce((worst, z) => (Math.abs(z) > Math.abs(worst) ? z : worst), 0),
    pValues: zs.map(normalTwoSided),
    labels: lags.map((lag) => `lag ${lag}`),
  };
}

/** Σ (x_i − 127.5)·(x_(i+lag) − 127.5) over i = from, from + step, … */
export function centredProducts(bytes: Uint8Array, from: number, lag: number, step: number): number {
  let sum = 0;
  let partial = 0;
  let left = 0;
  const end = bytes.length - lag;
  for (let i = from; i < end; i += step) {
    // Twice the value about the mean is an odd number up to 255: a product fits 16 bits, 32,768 of them fit 31.
    partial = (partial + Math.imul(2 * bytes[i]! - 255, 2 * bytes[i + lag]! - 255)) | 0;
    if (++left === 32768) {
      sum += partial;
      partial = 0;
      left = 0;
    }
  }
  return (sum + partial) / 4;
}
