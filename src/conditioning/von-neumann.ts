import { BitPacker, type BitString, requireBitCount } from "../stats/bits.ts";

/**
 * Von Neumann's debiasing (1951), applied to each bit position of the symbols separately.
 *
 * Symbols are taken in consecutive pairs that do not overlap. At every bit position the two symbols' bits are
 * compared: 10 gives 1, 01 gives 0, equal bits give nothing. Bits of different positions are never paired, because
 * each position has a bias of its own. **Output order**: pair after pair; within a pair from the most significant bit
 * position to the least.
 *
 * For study only, never for full-entropy credit. The bits of one position are unbiased if that position's input bits
 * are independent of each other with a constant bias; memory in the source stays in the output. Bits that come from
 * different positions of one pair depend on each other as the positions do in the source.
 */
export class VonNeumann {
  readonly #mask: number;
  /** First symbol of an incomplete pair. */
  #pending: number | undefined;

  /** @param symbolBits width of the symbols, 1..8; bits above are ignored */
  constructor(readonly symbolBits: number) {
    requireBitCount("symbolBits", symbolBits);
    this.#mask = (1 << symbolBits) - 1;
  }

  /**
   * Returns the output bits of the next symbols. An odd last symbol waits for the next call, so that splitting the input
   * over several calls changes nothing.
   */
  debias(symbols: Uint8Array): BitString {
    const packer = new BitPacker(Math.ceil(symbols.length / 2) * this.symbolBits);
    for (let i = 0; i < symbols.length; i++) {
      const symbol = symbols[i]!;
      if (this.#pending === undefined) {
        this.#pending = symbol;
      } else {
        this.#pair(this.#pending, symbol, packer);
        this.#pending = undefined;
      }
    }
    return packer.finish();
  }

  #pair(first: number, second: number, packer: BitPacker): void {
    const different = (first ^ second) & this.#mask;
    for (let bit = 1 << (this.symbolBits - 1); bit > 0; bit >>= 1) {
      if ((different & bit) !== 0) packer.push((first & bit) === 0 ? 0 : 1, 1);
    }
  }
}
