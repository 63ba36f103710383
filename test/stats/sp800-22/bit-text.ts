import { type BitString, bitString } from "../../../src/stats/bits.ts";

/** The bits of a text of 0 and 1, as the standard prints its examples. */
export function bitsOf(text: string): BitString {
  const bytes = new Uint8Array(Math.ceil(text.length / 8));
  for (let i = 0; i < text.length; i++) if (text[i] === "1") bytes[i >> 3]! |= 0x80 >> (i & 7);
  return bitString(bytes, text.length);
}
