/** Bits packed eight to a byte, most significant bit first, which is the order of SP 800-22. */

export interface BitString {
  readonly bytes: Uint8Array;
  /** Number of bits, at most `8 * bytes.length`. */
  readonly length: number;
}

/** Makes a string of all bits of `bytes`, or the first `length`. @throws RangeError if there are fewer */
export function bitString(bytes: Uint8Array, length = bytes.length * 8): BitString {
  if (!Number.isInteger(length) || length < 0 || length > bytes.length * 8) {
    throw new RangeError(`bit length ${length} does not fit ${bytes.length} bytes`);
  }
  return { bytes, length };
}

/** Writes one bit a byte, 0 or 1. */
export function unpackBits(bits: BitString): Uint8Array {
  const out = new Uint8Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = (bits.bytes[i >> 3]! >> (7 - (i & 7))) & 1;
  return out;
}

/**
 * Joins the low `bitsPerSymbol` bits of every symbol, each symbol's most significant kept bit first. Unused bits of
 * the last byte are 0.
 *
 * @throws RangeError unless bitsPerSymbol is 1 … 8
 */
export function packLowBits(symbols: Uint8Array, bitsPerSymbol: number): BitString {
  requireBitCount("bitsPerSymbol", bitsPerSymbol);
  const packer = new BitPacker(symbols.length * bitsPerSymbol);
  const mask = (1 << bitsPerSymbol) - 1;
  for (let i = 0; i < symbols.length; i++) packer.push(symbols[i]! & mask, bitsPerSymbol);
  return packer.finish();
}

/** Undoes `packLowBits`: ⌊8·bytes/bitsPerSymbol⌋ symbols, one a byte. @throws RangeError unless 1 ≤ bitsPerSymbol ≤ 8 */
export function unpackSymbols(bytes: Uint8Array, bitsPerSymbol: number): Uint8Array {
  requireBitCount("bitsPerSymbol", bitsPerSymbol);
  if (bitsPerSymbol === 8) return bytes;
  const symbols = new Uint8Array(Math.floor((8 * bytes.length) / bitsPerSymbol));
  const mask = (1 << bitsPerSymbol) - 1;
  for (let i = 0, bit = 0; i < symbols.length; i++, bit += bitsPerSymbol) {
    const pair = (bytes[bit >> 3]! << 8) | (bytes[(bit >> 3) + 1] ?? 0);
    symbols[i] = (pair >> (16 - bitsPerSymbol - (bit & 7))) & mask;
  }
  return symbols;
}

/** Appends groups of up to 8 bits to one string of bits. */
export class BitPacker {
  readonly #bytes: Uint8Array;
  /** The byte that the next bit goes into, and how many of its bits are taken, 0 … 7. */
  #at = 0;
  #taken = 0;

  /** @param capacityBits most bits that will be pushed */
  constructor(capacityBits: number) {
    // One spare byte, so that a group may always spill into the next.
    this.#bytes = new Uint8Array(Math.ceil(capacityBits / 8) + 1);
  }

  /** Appends the low `count` bits of `value`, which has no others set. */
  push(value: number, count: number): void {
    const placed = value << (16 - count - this.#taken);
    this.#bytes[this.#at]! |= placed >> 8;
    this.#bytes[this.#at + 1]! |= placed & 0xff;
    this.#taken += count;
    this.#at += this.#taken >> 3;
    this.#taken &= 7;
  }

  finish(): BitString {
    const length = 8 * this.#at + this.#taken;
    return { bytes: this.#bytes.slice(0, Math.ceil(length / 8)), length };
  }
}

/** @throws RangeError unless `count` is a whole number from 1 to 8 */
export function requireBitCount(name: string, count: number): void {
  if (!Number.isInteger(count) || count < 1 || count > 8) {
    throw new RangeError(`${name} must be a whole number from 1 to 8, not ${count}`);
  }
}
