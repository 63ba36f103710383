/** Chi-square tests of goodness of fit, SP 800-90B §5.2.2 and, for binary data, §5.2.4. */

import { type NotApplicable, notApplicable } from "../estimate.ts";
import {
  allocateBins,
  type ChiSquareResult,
  chiSquareOf,
  chiSquareResult,
  proportions,
} from "./chi-square-bins.ts";
import type { IidData } from "./iid-data.ts";

const PARTS = 10;

/** Tests if the symbols are as frequent in each tenth of the data as in the whole. */
export function chiSquareGoodnessOfFit({ symbols, alphabetSize }: IidData): ChiSquareResult | NotApplicable {
  if (alphabetSize < 2) return notApplicable("all symbols are equal");
  const size = Math.floor(symbols.length / PARTS);
  if (size === 0) return notApplicable(`needs at least ${PARTS} symbols, has ${symbols.length}`);
  const { binOf, expected } =
    alphabetSize === 2 ? bitBins(symbols, size) : symbolBins(symbols, alphabetSize, size);
  let statistic = 0;
  for (let part = 0; part < PARTS; part++) {
    const observed = new Int32Array(expected.length);
    for (let i = part * size; i < (part + 1) * size; i++) observed[binOf[symbols[i]!]!]!++;
    statistic += chiSquareOf(observed, expected);
  }
  return chiSquareResult(statistic, (PARTS - 1) * (expected.length - 1));
}

function symbolBins(symbols: Uint8Array, alphabetSize: number, size: number) {
  return allocateBins(proportions(symbols, alphabetSize).map((share) => share * size));
}

/** §5.2.4: zeros and ones, however rare. */
function bitBins(bits: Uint8Array, size: number) {
  const share = bits.reduce((sum, bit) => sum + bit, 0) / bits.length;
  return { binOf: Int32Array.of(0, 1), expected: [(1 - share) * size, share * size] };
}
