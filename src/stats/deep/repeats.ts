/**
 * Laws of repeats, for bytes that are independent and uniform. c/deep/repeats.c says how places are chosen and compared; its numbers
 * are here again, and test/deep/repeats.test.ts compares both.
 */
import { igam } from "../math/tails.ts";

/** Hashes of two places agree with a chance of 2^−51. */
export const HASH_BITS = 51;
/** Slots of the table for the first 2^20 bytes, of which 3/4 are used at most, and the most slots. */
const LEAST_SLOTS = 2 ** 16;
const MOST_SLOTS = 2 ** 26;
const LEAST_TABLE_BYTES = 2 ** 20;
const MOST_LOAD = 0.75;
/** Bytes in which there is one window of places, and the context of any of them, that begins eight bytes or more after those before. */
const WINDOW_BYTES = 50;
/** See `runTail`. */
const NEXT_MATCH_BITS = HASH_BITS - 6;

/**
 * Bounds the number of matches by chance from above. At each byte the hash of the eight bytes that begin there is uniform whatever
 * stood before them, and is one of those in the table with a chance of at most (3/4 of its slots)·2^−51; so does the mean follow.
 */
export function meanMatches(bytes: number): number {
  let sum = 0;
  let from = 0;
  let slots = LEAST_SLOTS;
  for (let until = LEAST_TABLE_BYTES; from < bytes; until *= 2) {
    const end = slots === MOST_SLOTS ? bytes : Math.min(bytes, until);
    sum += (end - from) * slots;
    from = end;
    slots = Math.min(MOST_SLOTS, 2 * slots);
  }
  return sum * MOST_LOAD * 2 ** -HASH_BITS;
}

/**
 * Bounds the chance of this many matches or more. Matches count if they have no byte in common, and each has its chance whatever was
 * before: so their number is below a Poisson one of that mean with certainty in the order of laws.
 */
export function matchesTail(matches: number, bytes: number): number {
  return matches < 1 ? 1 : Math.min(1, igam(matches, meanMatches(bytes)));
}

/**
 * Bounds the chance that some match is followed by further ones at the same distance, `matches` in all. The next place that is chosen
 * has to be one that was chosen at that distance before. Up to 2^30 bytes one of the next 51 is, and beyond it each later
 * one counts less, for none before it may have been chosen: 2^6 candidates at most, each with a chance of 2^−51.
 */
export function runTail(matches: number, bytes: number): number {
  return matches < 1 ? 1 : Math.min(1, meanMatches(bytes) * 2 ** (-NEXT_MATCH_BITS * (matches - 1)));
}

/**
 * Returns the least length of a repeat that is missed with a chance of at most 2^−40, where a place is left out with a chance of
 * 1 − 2^−thinned; without thinning it is found for certain. In m·50 bytes there are m windows eight bytes apart, with one chosen place
 * each. Two matches are enough up to 2^30 bytes; for a terabyte, three are asked for: P(binomial(m, 2^−thinned) ≤ 2) ≤ 2^−40.
 */
export function foundLength(thinned: number): number {
  if (thinned === 0) return 2 * WINDOW_BYTES;
  const q = 2 ** -thinned;
  const suffice = (m: number) => {
    const none = (1 - q) ** 2 + m * q * (1 - q) + ((m * (m - 1)) / 2) * q * q;
    return (m - 2) * Math.log1p(-q) + Math.log(none) <= -40 * Math.LN2;
  };
  let low = 3;
  let high = 3;
  while (!suffice(high)) high *= 2;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (suffice(middle)) high = middle;
    else low = middle + 1;
  }
  return high * WINDOW_BYTES;
}
