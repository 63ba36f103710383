import { BYTE_MEAN } from "../constants.ts";
import { digamma, tetragamma, trigamma } from "../math/polygamma.ts";
import { realTransform } from "../math/real-transform.ts";
import { pearson3TwoSided } from "../math/tails.ts";
import type { TestHeader, TestResult } from "../result.ts";
import { notEnoughData } from "./not-enough-data.ts";

/** Bytes of a segment, whose spectrum has 511 ordinates besides the constant and the Nyquist term. */
const SEGMENT = 1024;
const ORDINATES = SEGMENT / 2 - 1;

/**
 * Spectral flatness (Wiener entropy) of the bytes: geometric over arithmetic mean of their power spectrum, averaged over
 * segments of 1,024 bytes (Bartlett's periodogram). A white spectrum has 1.
 *
 * The spectrum of one segment of independent values is a row of independent exponential ordinates; summed
 * over S segments, of gamma(S) ordinates. Of m such, ln flatness does not depend on their sum (which is
 * gamma(mS)), so its cumulants are exact differences: the mean is ψ(S) − ψ(mS) + ln m, the r-th cumulant
 * ψ^(r−1)(S)/m^(r−1) − ψ^(r−1)(mS) (it is Bartlett's statistic for equal variances; M. S. Bartlett,
 * Proc. R. Soc. A 160 (1937) 268–282). The law with these three cumulants gives the two-sided p-value. That
 * bytes are not normal moves all ordinates of a segment together, which cancels in the quotient.
 */
export function spectralFlatness(bytes: Uint8Array): TestResult {
  const segments = Math.floor(bytes.length / SEGMENT);
  const header: TestHeader = {
    suite: "battery",
    test: "spectral-flatness",
    section: "Bartlett 1937",
    params: { segmentBytes: SEGMENT },
    n: bytes.length,
  };
  if (segments === 0) return notEnoughData(header, SEGMENT, "bytes");
  const power = new Float64Array(ORDINATES);
  const signal = new Float64Array(SEGMENT);
  for (let s = 0; s < segments; s++) {
    for (let i = 0; i < SEGMENT; i++) signal[i] = bytes[s * SEGMENT + i]! - BYTE_MEAN;
    const spectrum = realTransform(signal);
    for (let k = 0; k < ORDINATES; k++) power[k]! += spectrum[2 * k + 2]! ** 2 + spectrum[2 * k + 3]! ** 2;
  }
  let sum = 0;
  let logSum = 0;
  // In periodic data some ordinates are rounding noise: below 1e-12 of the signal they count as 1e-12, not as 0.
  const floor = 1e-12 * segments * SEGMENT;
  for (const ordinate of power) {
    sum += Math.max(ordinate, floor);
    logSum += Math.log(Math.max(ordinate, floor));
  }
  // Constant bytes have no spectrum: the flatness is 0/0, and they are as far from white as can be.
  const silent = sum <= 2 * ORDINATES * floor;
  const logFlatness = silent ? Math.log(Number.EPSILON) : logSum / ORDINATES - Math.log(sum / ORDINATES);

  const total = ORDINATES * segments;
  const mean = digamma(segments) - digamma(total) + Math.log(ORDINATES);
  const variance = trigamma(segments) / ORDINATES - trigamma(total);
  const third = tetragamma(segments) / ORDINATES ** 2 - tetragamma(total);
  return {
    ...header,
    kind: "hypothesis",
    statistic: Math.exp(logFlatness),
    pValues: [pearson3TwoSided(logFlatness, mean, Math.sqrt(variance), third / variance ** 1.5)],
    details: { segments, logFlatness, mean, variance },
  };
}
