/** SP 800-90B §5.1.7 and §5.1.8. */
export interface Collisions {
  /** Mean number of symbols until one repeats, that one included; 0 if none ever does. */
  readonly average: number;
  readonly longest: number;
}

/** Cuts the sequence after each symbol that has occurred since the last cut. */
export function collisions(symbols: Uint8Array): Collisions {
  const n = symbols.length;
  const lastSeen = new Int32Array(256).fill(-1);
  let start = 0;
  let count = 0;
  let longest = 0;
  for (let i = 0; i < n; i++) {
    const symbol = symbols[i]!;
    if (lastSeen[symbol]! >= start) {
      longest = Math.max(longest, i + 1 - start);
      count++;
      start = i + 1;
    }
    lastSeen[symbol] = i;
  }
  // The pieces have no gaps between them, so their lengths add up to the end of the last.
  return { average: count === 0 ? 0 : start / count, longest };
}
