/** Sums of products of centred Hamming weights. */

/**
 * Bounds P(|S| ≥ |sum|), doubled tails, for S the sum over `links` products u[i]·u[i − lag] of independent centred binomial weights of a variance.
 *
 * u is at most as spread as a normal variable of that variance: E e^(tu) = cosh(t/2)^w ≤ e^(w·t²/8). S has degree one in each u, so E e^(λS) grows if
 * all are replaced by normal ones. The products form chains i, i + lag, i + 2·lag…; for a chain of m links with a = λ·variance, E e^(λS) is D^(−1/2), where
 * D obeys D(m) = D(m − 1) − a²·D(m − 2), and D ≥ r^m with r = (1 + √(1 − 4a²))/2. So ln P(S ≥ s) ≤ −λs − (links/2)·ln r,
 * for any λ; the best one solves q(2r − 1)√r = √(1 − r), with q = s/(links·variance).
 */
export function chainProductTwoSided(sum: number, links: number, variance: number): number {
  const q = Math.abs(sum) / (links * variance);
  if (q === 0) return 1;
  let [low, high] = [0.5, 1];
  for (let round = 0; round < 60; round++) {
    const r = (low + high) / 2;
    if (q * (2 * r - 1) * Math.sqrt(r) > Math.sqrt(1 - r)) high = r;
    else low = r;
  }
  const r = low;
  const exponent = links * (-q * Math.sqrt(r * (1 - r)) - Math.log(r) / 2);
  return Math.min(1, 2 * Math.exp(exponent));
}
