/** Makes the two sequences that SP 800-90B §3.1.3 assesses from samples as recorded. */

import type { Sequence } from "./estimate.ts";

/** Counts each of the bytes 0 … 255. */
export type CountSymbols = (data: Pick<Sequence, "symbols">) => Int32Array;

export const countSymbols: CountSymbols = ({ symbols }) => countsOf(symbols, BYTE_VALUES);

const BYTE_VALUES = 256;

/** Counts the symbols. @throws RangeError if one does not fit the width, or the width is not 1 … 8 */
export function countChecked(symbols: Uint8Array, bitsPerSymbol: number, count = countSymbols): Int32Array {
  if (!(symbols instanceof Uint8Array))
    throw new TypeError("symbols must be a Uint8Array, one symbol a byte");
  if (!Number.isInteger(bitsPerSymbol) || bitsPerSymbol < 1 || bitsPerSymbol > 8) {
    throw new RangeError(`bits per symbol must be 1 to 8, not ${bitsPerSymbol}`);
  }
  const counts = count({ symbols });
  if (counts.some((times, symbol) => times > 0 && symbol >> bitsPerSymbol !== 0)) {
    throw new RangeError(`a symbol does not fit ${bitsPerSymbol} bits`);
  }
  return counts;
}

/** Counts the different symbols. */
export function alphabetSizeOf(symbols: Uint8Array, counts = countSymbols({ symbols })): number {
  return counts.reduce((sum, times) => sum + (times > 0 ? 1 : 0), 0);
}

/** Counts each of the symbols 0 … k − 1. */
export function countsOf(symbols: Uint8Array, alphabetSize: number): Int32Array {
  const counts = new Int32Array(alphabetSize);
  for (let i = 0; i < symbols.length; i++) counts[symbols[i]!]!++;
  return counts;
}

/** Renumbers the symbols that occur, in their order, as 0 … k − 1; `values` has the recorded value of each. */
export function compact(
  symbols: Uint8Array,
  counts = countSymbols({ symbols }),
): Sequence & { readonly values: Uint8Array } {
  const numbers = new Uint8Array(BYTE_VALUES);
  const values = Uint8Array.from(counts.keys()).filter((symbol) => counts[symbol]! > 0);
  values.forEach((symbol, number) => {
    numbers[symbol] = number;
  });
  const renumbered = new Uint8Array(symbols);
  const isRenumbered = values.every((symbol, number) => symbol === number);
  for (let i = 0; !isRenumbered && i < symbols.length; i++) renumbered[i] = numbers[symbols[i]!]!;
  return { symbols: renumbered, alphabetSize: values.length, values };
}

/** Writes the symbols as recorded in binary, most significant bit first; at most `limit` bits. */
export function toBitString(
  symbols: Uint8Array,
  bitsPerSymbol: number,
  limit = Number.POSITIVE_INFINITY,
): Sequence {
  const bits = new Uint8Array(Math.min(symbols.length * bitsPerSymbol, limit));
  for (let i = 0, at = 0; at < bits.length; i++) {
    for (let shift = bitsPerSymbol - 1; shift >= 0; shift--) bits[at++] = (symbols[i]! >> shift) & 1;
  }
  return { symbols: bits, alphabetSize: 2 };
}
