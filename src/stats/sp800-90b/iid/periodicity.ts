/** Periodicity test statistic, SP 800-90B §5.1.9: how many symbols equal the one `lag` places on. */
export function periodicity(symbols: Uint8Array, lag: number): number {
  const end = symbols.length - lag;
  let equal = 0;
  // 0 − 1 alone has its sign bit set: no branch for the processor to guess.
  for (let i = 0; i < end; i++) equal += ((symbols[i]! ^ symbols[i + lag]!) - 1) >>> 31;
  return equal;
}
