import type { BitString } from "../bits.ts";
import { bitWords, wordAt } from "./bit-words.ts";

/** Longest pattern counted: eight windows of it fit in 32 bits. */
export const LONGEST_PATTERN = 24;

/**
 * Counts each m-bit pattern in the windows that begin at the positions [from, to), overlapping ones included. The bits
 * must reach to position to + m − 1.
 */
export function countPatterns(words: Int32Array, m: number, from: number, to: number): Uint32Array {
  const counts = new Uint32Array(1 << m);
  const mask = counts.length - 1;
  const shift = 32 - m;
  let at = from;
  for (; at + 8 <= to; at += 8) {
    const word = wordAt(words, at);
    counts[word >>> shift]!++;
    counts[(word >>> (shift - 1)) & mask]!++;
    counts[(word >>> (shift - 2)) & mask]!++;
    counts[(word >>> (shift - 3)) & mask]!++;
    counts[(word >>> (shift - 4)) & mask]!++;
    counts[(word >>> (shift - 5)) & mask]!++;
    counts[(word >>> (shift - 6)) & mask]!++;
    counts[(word >>> (shift - 7)) & mask]!++;
  }
  for (; at < to; at++) counts[wordAt(words, at) >>> shift]!++;
  return counts;
}

/** Counts patterns in all n windows of the bits, joined end to start (SP 800-22 §2.11.4 (1)). Needs n ≥ m. */
export function countCyclicPatterns(bits: BitString, m: number): Uint32Array {
  const words = bitWords(bits);
  const n = bits.length;
  const inside = n - m + 1;
  const counts = countPatterns(words, m, 0, inside);
  const front = wordAt(words, 0) >>> (32 - m);
  const back = wordAt(words, inside - 1) >>> (32 - m);
  const mask = counts.length - 1;
  for (let wrapped = 1; wrapped < m; wrapped++) {
    counts[((back << wrapped) | (front >>> (m - wrapped))) & mask]!++;
  }
  return counts;
}

/** Derives the cyclic counts of (m − 1)-bit patterns from those of m bits: each begins two of the longer. */
export function shorterPatterns(counts: Uint32Array): Uint32Array {
  const shorter = new Uint32Array(counts.length / 2);
  for (let i = 0; i < shorter.length; i++) shorter[i] = counts[2 * i]! + counts[2 * i + 1]!;
  return shorter;
}
