/** Bits packed eight to a byte, most significant bit first; the unused low bits of the last byte are 0. */
export interface PackedBits {
  readonly bytes: Uint8Array;
  /** Number of bits, at most `8 * bytes.length`. */
  readonly length: number;
}

/**
 * The low `bitsPerSymbol` bits of every symbol, each symbol's most significant kept bit first. A selection, not a
 * conditioning: no bit is changed, and it never earns full-entropy credit.
 *
 * @param bitsPerSymbol 1..8
 */
export function packLowBits(symbols: Uint8Array, bitsPerSymbol: number): PackedBits {
  requireBitCount("bitsPerSymbol", bitsPerSymbol);
  const packer = new BitPacker(symbols.length * bitsPerSymbol);
  const mask = (1 << bitsPerSymbol) - 1;
  for (let i = 0; i < symbols.length; i++) packer.push(symbols[i]! & mask, bitsPerSymbol);
  return packer.finish();
}

/** Appends groups of up to 8 bits to one string of bits. */
export class BitPacker {
  readonly #bytes: Uint8Array;
  /** The byte that the next bit goes into, and how many of its bits are taken, 0..7. */
  #at = 0;
  #taken = 0;

  /** @param capacityBits most bits that will be pushed */
  constructor(capacityBits: number) {
    // One byte more than it takes, so that a group may always spill into the next.
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

  finish(): PackedBits {
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
