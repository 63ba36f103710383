/** Mean and standard deviation of the statistic of Maurer's test over K blocks of L random bits. */
export interface Moments {
  readonly expected: number;
  /** Variance of a single log₂ distance. */
  readonly variance: number;
  /** Standard deviation of the mean of K of them, which depend on each other. */
  readonly sigma: number;
}

/** Expected values and variances of §2.9.4 (5), for L = 1 … 16. */
const EXPECTED = [
  0.7326495, 1.5374383, 2.4016068, 3.3112247, 4.2534266, 5.2177052, 6.1962507, 7.1836656, 8.1764248,
  9.1723243, 10.170032, 11.168765, 12.16807, 13.167693, 14.167488, 15.167379,
];
const VARIANCE = [
  0.69, 1.338, 1.901, 2.358, 2.705, 2.954, 3.125, 3.238, 3.311, 3.356, 3.384, 3.401, 3.41, 3.416, 3.419,
  3.421,
];

/** The standard's moments: σ = c·√(variance/K), c = 0.7 − 0.8/L + (4 + 32/L)·K^(−3/L)/15, Maurer's approximation. */
export function printedMoments(L: number, K: number): Moments {
  const c = 0.7 - 0.8 / L + ((4 + 32 / L) * K ** (-3 / L)) / 15;
  const variance = VARIANCE[L - 1]!;
  return { expected: EXPECTED[L - 1]!, variance, sigma: c * Math.sqrt(variance / K) };
}

/**
 * Exact moments for random bits preceded by infinitely many others. Ten times 2^L initial blocks are nearly as good:
 * they move the mean by less than 1e-7.
 *
 * With u = 2^−L and v = 1 − u, a distance is i with probability u·v^(i−1), which gives mean E and variance V. Two
 * distances k blocks apart (J. S. Coron and D. Naccache, "An accurate evaluation of Maurer's universal test", SAC '98)
 * have the covariance C(k) = v^k·Σₗ h(l)·log(l + k) − E·Σ_{j>k} u·v^(j−1)·log j, where
 * h(l) = Σ_{i≠l} u²·(1 − 2u)^(min(i,l)−1)·v^(|i−l|−1)·log i. Then
 * σ² = (V + 2·ΣC(k) − (2/K)·Σk·C(k))/K. Below, the sums over k are done first, for each l, by the recursions of
 * B(l) = Σ_{t≥1} v^(t−1)·log(l + t) and D(l) = Σ_{t≥1} t·v^(t−1)·log(l + t).
 */
export function exactMoments(L: number, K: number): Moments {
  const u = 2 ** -L;
  const v = 1 - u;
  // v^(45/u) is 3e-20.
  const last = Math.ceil(45 / u);
  let mean = 0;
  let meanOfSquares = 0;
  let later = 0;
  let laterWeighted = 0;
  const B = new Float64Array(last + 1);
  const D = new Float64Array(last + 1);
  for (let i = last, power = v ** (last - 1); i >= 1; i--, power /= v) {
    const log = Math.log2(i);
    const p = u * power;
    mean += p * log;
    meanOfSquares += p * log * log;
    later += (i - 1) * p * log;
    laterWeighted += ((i * (i - 1)) / 2) * p * log;
    B[i - 1] = log + v * B[i]!;
    D[i - 1] = B[i - 1]! + v * D[i]!;
  }
  const variance = meanOfSquares - mean * mean;
  let covariances = -mean * later;
  let covariancesWeighted = -mean * laterWeighted;
  // `nearer` is Σ_{i<l} (1 − 2u)^(i−1)·v^(l−i−1)·log i, `power` is (1 − 2u)^(l−1).
  for (let l = 1, nearer = 0, power = 1; l <= last; l++) {
    const h = u * u * (nearer + power * B[l]!);
    covariances += h * v * B[l]!;
    covariancesWeighted += h * v * D[l]!;
    nearer = v * nearer + power * Math.log2(l);
    power *= 1 - 2 * u;
  }
  const sigma = Math.sqrt((variance + 2 * covariances - (2 / K) * covariancesWeighted) / K);
  return { expected: mean, variance, sigma };
}
