/** The samples as the IID tests of SP 800-90B §5 take them, with the figures that no permutation changes. */

import { compact, countChecked } from "../alphabet.ts";

export interface IidData {
  /** Renumbered to 0 … k − 1, where k different ones occur. */
  readonly symbols: Uint8Array;
  readonly alphabetSize: number;
  /** The recorded value of each renumbered symbol. */
  readonly values: Uint8Array;
  /** Mean of the recorded values. */
  readonly mean: number;
  /** Median of the renumbered symbols; 0.5 for two different ones, as in §5.1.5 and §5.1.6. */
  readonly median: number;
}

/** @throws RangeError if a symbol does not fit the width */
export function iidData(recorded: Uint8Array, bitsPerSymbol: number): IidData {
  const byValue = countChecked(recorded, bitsPerSymbol);
  const { symbols, alphabetSize, values } = compact(recorded, byValue);
  const counts = byValue.filter((count) => count > 0);
  const sum = counts.reduce((total, count, symbol) => total + count * values[symbol]!, 0);
  return {
    symbols,
    alphabetSize,
    values,
    mean: sum / recorded.length,
    median: alphabetSize === 2 ? 0.5 : median(counts, symbols.length),
  };
}

function median(counts: Int32Array, n: number): number {
  return (inOrder(counts, (n - 1) >> 1) + inOrder(counts, n >> 1)) / 2;
}

/** Returns the symbol at a place of the symbols in order; NaN where there is none. */
function inOrder(counts: Int32Array, place: number): number {
  let below = 0;
  const symbol = counts.findIndex((count) => {
    below += count;
    return below > place;
  });
  return symbol < 0 ? Number.NaN : symbol;
}
