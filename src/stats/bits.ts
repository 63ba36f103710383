/** A sequence of bits, packed eight to a byte, most significant bit first (the order of SP 800-22). */
export interface BitString {
  readonly bytes: Uint8Array;
  /** Number of bits, at most `8 * bytes.length`. */
  readonly length: number;
}

/** All bits of `bytes`, or the first `length` of them. @throws RangeError if there are not that many */
export function bitString(bytes: Uint8Array, length = bytes.length * 8): BitString {
  if (!Number.isInteger(length) || length < 0 || length > bytes.length * 8) {
    throw new RangeError(`bit length ${length} does not fit ${bytes.length} bytes`);
  }
  return { bytes, length };
}

/** One bit a byte, 0 or 1: eight times the memory, for tests that index single bits. */
export function unpackBits(bits: BitString): Uint8Array {
  const out = new Uint8Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = (bits.bytes[i >> 3]! >> (7 - (i & 7))) & 1;
  return out;
}
