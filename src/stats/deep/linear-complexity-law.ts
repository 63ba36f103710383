/**
 * Twice the smaller of P(Λ ≤ L) and P(Λ ≥ L), at most 1, where Λ is the linear complexity of n fair bits. Of the 2^n sequences, 1 has
 * L = 0, and 2^min(2n − 2L, 2L − 1) have any other L (R. A. Rueppel, Analysis and Design of Stream Ciphers, 1986, chapter 4; the
 * counting is F. G. Gustavson's of 1976). Summed up, for L ≤ n/2 those of L or less are (1 + 2·4^L)/3, and for L > n/2 those of
 * L or more are (4^(n − L + 1) − 1)/3.
 */
export function complexityTwoSided(complexity: number, n: number): number {
  return Math.min(1, 2 * Math.min(atMost(complexity, n), atLeast(complexity, n)));
}

/** P(Λ ≤ L). */
function atMost(complexity: number, n: number): number {
  if (complexity < 0) return 0;
  if (2 * complexity > n) return 1 - atLeast(complexity + 1, n);
  return (2 ** -n + 2 ** (2 * complexity + 1 - n)) / 3;
}

/** P(Λ ≥ L). */
function atLeast(complexity: number, n: number): number {
  if (2 * complexity <= n) return 1 - atMost(complexity - 1, n);
  return (2 ** (n - 2 * complexity + 2) - 2 ** -n) / 3;
}

/**
 * Bounds P(a run of `length` zeros or more is among n fair bits) from above, by the sum over all places where one could begin: at the
 * first bit, or after a one. What it is too large by is about its square. Discrepancies of fair bits are fair bits: each bit decides
 * its own, whatever the bits before predict.
 */
export function zeroRunUpper(length: number, n: number): number {
  if (length === 0) return 1;
  return length > n ? 0 : Math.min(1, (n - length + 2) * 2 ** -(length + 1));
}
