/** Chi-square tests of independence, SP 800-90B §5.2.1 and, for binary data, §5.2.3. */

import { onesIn } from "../../math/bit-words.ts";
import { type NotApplicable, notApplicable } from "../estimate.ts";
import {
  allocateBins,
  type ChiSquareResult,
  chiSquareOf,
  chiSquareResult,
  LEAST_EXPECTED,
  proportions,
} from "./chi-square-bins.ts";
import type { IidData } from "./iid-data.ts";

/** Tests if neighbouring symbols occur together as often as their frequencies suggest. */
export function chiSquareIndependence(data: IidData): ChiSquareResult | NotApplicable {
  if (data.alphabetSize < 2) return notApplicable("all symbols are equal");
  return data.alphabetSize === 2 ? ofBits(data.symbols) : ofPairs(data);
}

/** §5.2.1: non-overlapping pairs. */
function ofPairs({ symbols, alphabetSize }: IidData): ChiSquareResult | NotApplicable {
  const shares = proportions(symbols, alphabetSize);
  const pairs = Math.floor(symbols.length / 2);
  const expectedPairs = new Float64Array(alphabetSize ** 2);
  for (let first = 0; first < alphabetSize; first++) {
    for (let second = 0; second < alphabetSize; second++) {
      expectedPairs[first * alphabetSize + second] = shares[first]! * shares[second]! * pairs;
    }
  }
  const { binOf, expected } = allocateBins(expectedPairs);
  const observed = new Int32Array(expected.length);
  for (let i = 0; i < pairs; i++) observed[binOf[symbols[2 * i]! * alphabetSize + symbols[2 * i + 1]!]!]!++;
  // Estimating the frequencies of k symbols from the data takes k − 1 degrees of freedom, the total takes one more.
  return chiSquareResult(chiSquareOf(observed, expected), expected.length - alphabetSize);
}

const LONGEST_TUPLE = 11;

/** §5.2.3: non-overlapping tuples of m bits, m as large as the rarest of them allows, at most 11. */
function ofBits(bits: Uint8Array): ChiSquareResult | NotApplicable {
  const n = bits.length;
  const p1 = bits.reduce((sum, bit) => sum + bit, 0) / n;
  const p0 = 1 - p1;
  const rarest = Math.min(p0, p1);
  let m = LONGEST_TUPLE;
  while (m > 1 && rarest ** m * Math.floor(n / m) < LEAST_EXPECTED) m--;
  if (m < 2) return notApplicable("the rarer bit is too rare for tuples of 2");
  const tuples = Math.floor(n / m);
  const observed = new Int32Array(2 ** m);
  for (let i = 0; i < tuples; i++) {
    let tuple = 0;
    for (let j = 0; j < m; j++) tuple = (tuple << 1) | bits[i * m + j]!;
    observed[tuple]!++;
  }
  const expected = Array.from(observed, (_, tuple) => {
    const ones = onesIn(tuple);
    return p1 ** ones * p0 ** (m - ones) * tuples;
  });
  return chiSquareResult(chiSquareOf(observed, expected), 2 ** m - 2);
}
