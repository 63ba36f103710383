/** Products of two bytes that 32 bits can sum: 2^15 · 255² < 2^31. */
const STRETCH = 2 ** 15;

/** Covariance test statistic, SP 800-90B §5.1.10: the sum of the products of values `lag` places apart. */
export function covariance(values: Uint8Array, lag: number): number {
  const end = values.length - lag;
  let total = 0;
  for (let start = 0; start < end; start += STRETCH) {
    const stop = Math.min(end, start + STRETCH);
    let sum = 0;
    for (let i = start; i < stop; i++) sum = (sum + Math.imul(values[i]!, values[i + lag]!)) | 0;
    total += sum;
  }
  return total;
}
