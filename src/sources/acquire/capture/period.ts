/**
 * Returns the shortest period with which the values repeat up to their end: 1 for a constant, their number if they do not
 * repeat. Takes at least one value.
 *
 * The failure function of Knuth, Morris and Pratt (SIAM J. Comput. 6(2), 1977, §2) gives the longest prefix that is also a
 * suffix; the rest of the values is the shortest period.
 */
export function shortestPeriod(values: ArrayLike<number>): number {
  const n = values.length;
  const border = new Int32Array(n + 1);
  border[0] = -1;
  for (let i = 0; i < n; i++) {
    let length = border[i]!;
    while (length >= 0 && values[length] !== values[i]) length = border[length]!;
    border[i + 1] = length + 1;
  }
  return n - border[n]!;
}
