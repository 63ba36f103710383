/** Symbols of fewer than eight bits lie packed in bytes, most significant bit first; here they are taken out again. */

/** One symbol a byte: ⌊8·bytes/bitsPerSymbol⌋ of them. @throws RangeError unless 1 ≤ bitsPerSymbol ≤ 8 */
export function unpackSymbols(bytes: Uint8Array, bitsPerSymbol: number): Uint8Array {
  if (!Number.isInteger(bitsPerSymbol) || bitsPerSymbol < 1 || bitsPerSymbol > 8) {
    throw new RangeError(`bits per symbol must be 1 to 8, not ${bitsPerSymbol}`);
  }
  if (bitsPerSymbol === 8) return bytes;
  const symbols = new Uint8Array(Math.floor((8 * bytes.length) / bitsPerSymbol));
  const mask = (1 << bitsPerSymbol) - 1;
  for (let i = 0, bit = 0; i < symbols.length; i++, bit += bitsPerSymbol) {
    const pair = (bytes[bit >> 3]! << 8) | (bytes[(bit >> 3) + 1] ?? 0);
    symbols[i] = (pair >> (16 - bitsPerSymbol - (bit & 7))) & mask;
  }
  return symbols;
}
