import { requireBitCount } from "../stats/bits.ts";

/**
 * Folds each symbol to its low `outBits` bits by XOR of its groups of `outBits` bits, counted from the least
 * significant one: with symbols of 8 bits and 3 bits out, b7b6 ⊕ b5b4b3 ⊕ b2b1b0. One symbol out for each one in.
 *
 * For study only, never for full-entropy credit. A fold hides bias without adding entropy, and SP 800-90B §3.1.5.2 does
 * not let a non-vetted component claim full entropy.
 *
 * @param symbolBits width of the symbols, 1..8; bits above are ignored
 * @param outBits 1..symbolBits
 */
export function xorFold(symbols: Uint8Array, symbolBits: number, outBits: number): Uint8Array {
  requireBitCount("symbolBits", symbolBits);
  requireBitCount("outBits", outBits);
  if (outBits > symbolBits) throw new RangeError(`cannot fold ${symbolBits} bits to ${outBits}`);
  const mask = (1 << symbolBits) - 1;
  const outMask = (1 << outBits) - 1;
  return symbols.map((symbol) => {
    let folded = 0;
    for (let rest = symbol & mask; rest > 0; rest >>= outBits) folded ^= rest & outMask;
    return folded;
  });
}
