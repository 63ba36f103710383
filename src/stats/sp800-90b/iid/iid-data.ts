/** The samples as the IID tests of SP 800-90B §5 take them, with the figures that no permutation changes. */

import { checkSymbols, compact } from "../alphabet.ts";

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
  checkSymbols(recorded, bitsPerSymbol);
  // A copy: the slice() of a subclass such as Buffer does not copy.
  const { symbols, alphabetSize } = compact(new Uint8Array(recorded));
  const values = Uint8Array.from(new Set(recorded)).sort();
  const sum = recorded.reduce((total, value) => total + value, 0);
  return {
    symbols,
    alphabetSize,
    values,
    mean: sum / recorded.length,
    median: alphabetSize === 2 ? 0.5 : median(symbols),
  };
}

function median(symbols: Uint8Array): number {
  const sorted = symbols.slice().sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
