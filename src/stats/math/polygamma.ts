/**
 * ψ, ψ′ and ψ″: the first three cumulants of the logarithm of a gamma variable.
 *
 * Asymptotic series of NIST DLMF 5.11.2 and 5.15.8 at x ≥ 20, where the last term kept is below 1e-17 of
 * the first, reached by the recurrence of DLMF 5.5.2 and its derivatives.
 */

const SERIES_FROM = 20;

/** ψ(x) = d/dx ln Γ(x), x > 0. */
export function digamma(x: number): number {
  let shift = 0;
  for (; x < SERIES_FROM; x++) shift -= 1 / x;
  const y = 1 / (x * x);
  return (
    shift + Math.log(x) - 0.5 / x - y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y / 132))))
  );
}

/** ψ′(x), x > 0. */
export function trigamma(x: number): number {
  let shift = 0;
  for (; x < SERIES_FROM; x++) shift += 1 / (x * x);
  const y = 1 / (x * x);
  const series = 1 / 6 - y * (1 / 30 - y * (1 / 42 - y * (1 / 30 - y * (5 / 66))));
  return shift + 1 / x + y / 2 + (y / x) * series;
}

/** ψ″(x), x > 0. */
export function tetragamma(x: number): number {
  let shift = 0;
  for (; x < SERIES_FROM; x++) shift -= 2 / (x * x * x);
  const y = 1 / (x * x);
  const series = 1 / 2 - y * (1 / 6 - y * (1 / 6 - y * (3 / 10 - y * (5 / 6))));
  return shift - y - y / x - y * y * series;
}
