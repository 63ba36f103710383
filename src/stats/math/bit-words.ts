import type { BitString } from "../bits.ts";

/**
 * Packs a bit string into 32-bit words, first bit most significant; bits past the end are 0. Two words of zeros follow,
 * so that a window of 32 bits may be read from any position up to the end.
 */
export function bitWords(bits: BitString): Int32Array {
  const { bytes, length } = bits;
  const words = new Int32Array(Math.ceil(length / 32) + 2);
  const full = length >>> 5;
  for (let i = 0, at = 0; i < full; i++, at += 4) {
    words[i] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
  }
  const rest = length & 31;
  if (rest > 0) {
    let last = 0;
    for (let i = 0; i < rest; i += 8) last |= bytes[full * 4 + (i >> 3)]! << (24 - i);
    words[full] = last & (-1 << (32 - rest));
  }
  return words;
}

/** Reads the 32 bits from position `at` on, first bit most significant. */
export function wordAt(words: Int32Array, at: number): number {
  const i = at >>> 5;
  const shift = at & 31;
  // A shift by 32 would be a shift by 0, hence the two steps on the right.
  return (words[i]! << shift) | ((words[i + 1]! >>> 1) >>> (31 - shift));
}

/** Number of ones in each byte value. */
export const BYTE_ONES: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => onesIn(byte));

/** Number of ones in a 32-bit word. */
export function onesIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Number of ones among the bits [from, to). */
export function onesBetween(words: Int32Array, from: number, to: number): number {
  let ones = 0;
  let at = from;
  for (; at + 32 <= to; at += 32) ones += onesIn(wordAt(words, at));
  if (at < to) ones += onesIn(wordAt(words, at) >>> (32 - (to - at)));
  return ones;
}
