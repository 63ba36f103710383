/** Reads integers that loops left in a state: BigInt arrays would take twenty times as long. */

/** Reads `n` counts of 64 bits, `at` bytes from the start. Those above 2^53 are rounded. */
export function readCounts(state: Uint8Array, at: number, n: number): Float64Array {
  const halves = new Uint32Array(state.buffer, state.byteOffset + at, 2 * n);
  const counts = new Float64Array(n);
  for (let i = 0; i < n; i++) counts[i] = halves[2 * i]! + halves[2 * i + 1]! * 2 ** 32;
  return counts;
}

/** Adds them up. */
export function total(counts: Float64Array): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}
