/**
 * P(a matrix of n rows of n fair bits has rank n − d) over GF(2), as in SP 800-22 §3.5, rewritten for few ranks missing so that no factor is small:
 * 2^(−d²) · Π_{i=d+1…n} (1 − 2^−i)² / Π_{i=1…n−d} (1 − 2^−i).
 */
export function missingRanks(d: number, n: number): number {
  let product = 2 ** -(d * d);
  // Beyond 64 a factor is 1 to the last bit of a double.
  for (let i = d + 1; i <= Math.min(n, 64); i++) product *= (1 - 2 ** -i) ** 2;
  for (let i = 1; i <= Math.min(n - d, 64); i++) product /= 1 - 2 ** -i;
  return product;
}

/** P(rank ≤ n − d), to full relative accuracy. */
export function missingRanksUpper(d: number, n: number): number {
  if (d === 0) return 1;
  let sum = 0;
  // From the small end on; the second term after the first is below 2^−7 of it, the sixth below 2^−50.
  for (let each = Math.min(n, d + 6); each >= d; each--) sum += missingRanks(each, n);
  return Math.min(1, sum);
}

/** P(of so many matrices at least one has rank ≤ n − d). */
export function worstOfMatricesUpper(d: number, n: number, matrices: number): number {
  const each = missingRanksUpper(d, n);
  return each >= 1 ? 1 : -Math.expm1(matrices * Math.log1p(-each));
}
