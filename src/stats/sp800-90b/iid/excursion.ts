/**
 * Excursion test statistic, SP 800-90B §5.1.1: the largest distance of the running sum from i times the mean. The mean
 * is that of the whole, which no permutation changes.
 *
 * Each distance is rounded once, as by the fused multiply-add that NIST's program compiles to: permutations that differ
 * only by rounding count as greater or smaller, not as equal.
 */
export function excursion(values: Uint8Array, mean: number): number {
  const n = values.length;
  // 24 and 29 bits of the mean: their products with up to 2^24 are exact, and so is the first difference.
  const high = Math.fround(mean);
  const low = mean - high;
  let sum = 0;
  let farthest = 0;
  for (let i = 0; i < n; i++) {
    sum += values[i]!;
    const distance = Math.abs(sum - (i + 1) * high - (i + 1) * low);
    if (distance > farthest) farthest = distance;
  }
  return farthest;
}
