/** Pearson's χ² = Σ (observed − N·p)² / (N·p), N the sum of the observed counts. */
export function chiSquared(observed: ArrayLike<number>, probabilities: readonly number[]): number {
  let total = 0;
  for (let i = 0; i < observed.length; i++) total += observed[i]!;
  return probabilities.reduce((sum, p, i) => sum + (observed[i]! - total * p) ** 2 / (total * p), 0);
}
