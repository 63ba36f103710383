/**
 * After how many values the whole, one value at least, begins to repeat itself, up to its end; the length if it does not. 1 is a constant.
 *
 * The failure function of Knuth, Morris and Pratt (SIAM J. Comput. 6(2), 1977, §2) tells the longest prefix that is also a
 * suffix; what it leaves over is the shortest period.
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
