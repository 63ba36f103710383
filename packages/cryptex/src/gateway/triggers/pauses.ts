/** When a delivery that failed is tried again. */

const FIRST_MS = 5_000;
const LONGEST_MS = 2 * 3_600_000;

/**
 * Tries of one delivery: 5 s, doubled ten times, come to 2.8 hours; ten pauses of two hours follow, so that the last try is 22.8 hours
 * after the first, and a quarter less where chance shortens each pause as far as it may.
 */
export const MOST_TRIES = 22;

/**
 * @param failures so far, at least 1
 * @param random from 0 to 1: shortens the pause by up to a quarter, so that receivers are not asked by all at once
 * @returns whole milliseconds, as the store keeps times
 */
export function pauseAfter(failures: number, random: number): number {
  return Math.round(Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1)) * (1 - random / 4));
}
