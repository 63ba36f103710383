/**
 * Counts how often the tuples of each length repeat, for all lengths at once: the basis of the t-tuple and LRS estimates
 * (SP 800-90B §6.3.5, §6.3.6).
 */

import { commonPrefixLengths, suffixArray } from "../math/suffix-array.ts";
import type { Sequence } from "./estimate.ts";
import { sortedPrefixLengths } from "./sorted-prefixes.ts";

export interface Repeats {
  /** The longest tuple that occurs twice: v. */
  readonly longest: number;
  /** The smallest length of which no tuple occurs 35 times: u. At most `longest + 1`. */
  readonly firstRare: number;
  /** At t, occurrences of the most frequent t-tuple, t = 1 … u − 1: Q of §6.3.5. */
  readonly highestCount: Int32Array;
  /** At W − u, pairs of equal W-tuples: Σ C(count, 2) over all of them, for W = u … longest. */
  readonly equalPairs: Float64Array;
}

/** Occurrences from which a tuple belongs to §6.3.5; rarer ones belong to §6.3.6. */
const FREQUENT = 35;

export function countRepeats({ symbols, alphabetSize }: Sequence): Repeats {
  const order = new Int32Array(symbols.length);
  const lengths = new Int32Array(symbols.length);
  if (sortedPrefixLengths(symbols, alphabetSize, order, lengths)) return summarize(lengths);
  suffixArray(symbols, alphabetSize, order);
  return summarize(commonPrefixLengths(symbols, order, order, lengths));
}

/**
 * Neighbouring suffixes with at least ℓ symbols in common form an interval: the occurrences of one tuple. The intervals
 * are the nodes of the suffix tree, which a stack visits here. A node of depth ℓ below one of depth ℓ′ stands for one
 * tuple of each length ℓ′ < W ≤ ℓ.
 */
function summarize(lengths: Int32Array): Repeats {
  const n = lengths.length;
  let longest = 0;
  for (let i = 0; i < n; i++) longest = Math.max(longest, lengths[i]!);
  const firstRare = firstRareLength(lengths);
  const highestCount = new Int32Array(firstRare);
  const equalPairs = new Float64Array(Math.max(0, longest + 1 - firstRare));
  const addPairs = (length: number, pairs: number): void => {
    if (length >= firstRare) equalPairs[length - firstRare]! += pairs;
  };

  const depths = new Int32Array(longest + 2);
  const starts = new Int32Array(longest + 2);
  let top = 0;
  for (let i = 1; i <= n; i++) {
    const depth = i < n ? lengths[i]! : 0;
    let start = i - 1;
    while (depths[top]! > depth) {
      const tupleLength = depths[top]!;
      start = starts[top--]!;
      const count = i - start;
      const pairs = (count * (count - 1)) / 2;
      if (tupleLength < firstRare && count > highestCount[tupleLength]!) highestCount[tupleLength] = count;
      addPairs(tupleLength, pairs);
      addPairs(Math.max(depth, depths[top]!), -pairs);
    }
    if (depths[top]! < depth) {
      depths[++top] = depth;
      starts[top] = start;
    }
  }

  for (let length = firstRare - 2; length >= 1; length--) {
    highestCount[length] = Math.max(highestCount[length]!, highestCount[length + 1]!);
  }
  for (let i = equalPairs.length - 2; i >= 0; i--) equalPairs[i]! += equalPairs[i + 1]!;
  return { longest, firstRare, highestCount, equalPairs };
}

/** Finds u: a tuple occurs 35 times exactly where 34 lengths in a row reach its own. */
function firstRareLength(lengths: Int32Array): number {
  let rare = 1;
  let run = 0;
  for (let i = 1; i < lengths.length; i++) {
    run = lengths[i]! >= rare ? run + 1 : 0;
    while (run >= FREQUENT - 1) {
      let least = lengths[i]!;
      for (let back = 1; back < FREQUENT - 1; back++) least = Math.min(least, lengths[i - back]!);
      rare = least + 1;
      run = 0;
      while (run < FREQUENT - 1 && lengths[i - run]! >= rare) run++;
    }
  }
  return rare;
}
