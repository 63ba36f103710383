import { poissonPmf } from "../math/poisson.ts";
import { chiSquareTwoSided } from "../math/tails.ts";
import type { TestHeader, TestResult } from "../result.ts";
import { MINIMUM_BYTES } from "./byte-frequency.ts";
import type { ByteTally } from "./byte-tally.ts";
import { notEnoughData } from "./not-enough-data.ts";

/**
 * Shannon entropy of the byte histogram, tested by the likelihood ratio: G = 2n·ln 2·(8 − entropy).
 *
 * The test is two-sided: a counter or a shuffled deck has more entropy than chance allows. G is only asymptotically χ²
 * with 255 degrees of freedom, and its mean is off by (k + 1)/(6n) of itself, so it is shifted and scaled by its
 * moments at this n before it is compared (T. Read, N. Cressie, Goodness-of-Fit Statistics for
 * Discrete Multivariate Data, 1988, §5.1).
 */
export function shannonEntropy(tally: ByteTally): TestResult {
  const n = tally.length;
  const header: TestHeader = {
    suite: "battery",
    test: "shannon-entropy",
    section: "Shannon 1948; Wilks 1935",
    params: { cells: 256 },
    n,
  };
  if (n < MINIMUM_BYTES) return notEnoughData(header, MINIMUM_BYTES, "bytes");
  const expected = n / 256;
  let g = 0;
  for (const count of tally.histogram()) if (count > 0) g += 2 * count * Math.log(count / expected);
  const { mean, variance } = momentsOfG(n, 256);
  const corrected = 255 + ((g - mean) / Math.sqrt(variance)) * Math.sqrt(2 * 255);
  return {
    ...header,
    kind: "hypothesis",
    statistic: g,
    pValues: [chiSquareTwoSided(corrected, 255)],
    details: { entropyBitsPerByte: 8 - g / (2 * n * Math.LN2), mean, variance, corrected },
  };
}

/**
 * Mean and variance of G for `n` draws over `cells` equal cells. With h(x) = 2x·ln(x/λ), λ = n/cells, they
 * are those of independent Poisson counts, less what their fixed total takes away: cells·E h − (λ/2)·(E h)″,
 * the derivative in λ, and (cells − 1)·(Var h − Cov(h, X)²/λ) (L. Holst, Biometrika 59 (1972) 137–145, who
 * has cells; the one less is the degree of freedom that the total takes from the quadratic part).
 */
export function momentsOfG(n: number, cells: number): { mean: number; variance: number } {
  const lambda = n / cells;
  const reach = 12 * Math.sqrt(lambda) + 24;
  let eh = 0;
  let ehh = 0;
  let ehx = 0;
  let ehxx = 0;
  for (let x = Math.max(0, Math.floor(lambda - reach)); x <= lambda + reach; x++) {
    const p = poissonPmf(x, lambda);
    const h = x === 0 ? 0 : 2 * x * Math.log(x / lambda);
    const y = x - lambda;
    eh += p * h;
    ehh += p * h * h;
    ehx += p * h * y;
    // The second derivative of a Poisson mean in λ is E[h·((X − λ)² − X)]/λ².
    ehxx += p * h * (y * y - x);
  }
  const mean = cells * eh - ehxx / lambda / 2;
  return { mean, variance: (cells - 1) * (ehh - eh * eh - (ehx * ehx) / lambda) };
}
