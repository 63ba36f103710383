/**
 * The conversions of SP 800-90B §5.1 for binary data: eight bits become one symbol. Bits missing at the end count as
 * zeros.
 */

import { BYTE_ONES } from "../../math/bit-words.ts";

/** Conversion II: reads eight bits as a binary number, first bit highest. */
export function conversionII(bits: Uint8Array): Uint8Array {
  const octets = new Uint8Array(Math.ceil(bits.length / 8));
  const whole = bits.length >> 3;
  for (let i = 0, at = 0; i < whole; i++, at += 8) {
    octets[i] =
      (bits[at]! << 7) |
      (bits[at + 1]! << 6) |
      (bits[at + 2]! << 5) |
      (bits[at + 3]! << 4) |
      (bits[at + 4]! << 3) |
      (bits[at + 5]! << 2) |
      (bits[at + 6]! << 1) |
      bits[at + 7]!;
  }
  for (let at = 8 * whole; at < bits.length; at++) octets[whole]! |= bits[at]! << (7 - (at & 7));
  return octets;
}

/** Conversion I, from the result of II: counts the ones among eight bits. */
export function conversionI(octets: Uint8Array): Uint8Array {
  const ones = new Uint8Array(octets.length);
  for (let i = 0; i < octets.length; i++) ones[i] = BYTE_ONES[octets[i]!]!;
  return ones;
}
