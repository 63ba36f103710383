/** Periodicity test statistic, SP 800-90B §5.1.9: how many symbols equal the one `lag` places on. */
export function periodicity(symbols: Uint8Array, lag: number): number {
  const end = symbols.length - lag;
  let equal = 0;
  // Only 0 − 1 has its sign bit set, which saves an unpredictable branch.
  for (let i = 0; i < end; i++) equal += ((symbols[i]! ^ symbols[i + lag]!) - 1) >>> 31;
  return equal;
}
