import type { BitString } from "../bits.ts";
import type { TestHeader, TestResult } from "../result.ts";
import { notEnoughData } from "./not-enough-data.ts";

/** Below this the normalisation n/log₂ n means little. */
const MINIMUM_BITS = 1000;

/** Further bits are not looked at: the suffix automaton takes 32 bytes a bit. */
const MAXIMUM_BITS = 1_000_000;

/**
 * Estimates Kolmogorov complexity by a computable stand-in: the number of components c of the exhaustive history
 * (A. Lempel, J. Ziv, IEEE Trans. Inf. Theory 22 (1976) 75–81), divided by n/log₂ n, its growth for almost all
 * sequences. The ratio is near 1 for random bits (above 1 for any n in use, as the next term is of order 1/log n) and
 * near 0 for simple ones. The law of c is not known, so there is no p-value.
 */
export function lempelZivComplexity(bits: BitString): TestResult {
  const n = Math.min(bits.length, MAXIMUM_BITS);
  const header: TestHeader = {
    suite: "battery",
    test: "lempel-ziv",
    section: "Lempel & Ziv 1976",
    params: { maximumBits: MAXIMUM_BITS },
    n,
  };
  if (n < MINIMUM_BITS) return notEnoughData(header, MINIMUM_BITS, "bits");
  const components = countComponents(bits, n);
  return {
    ...header,
    kind: "estimate",
    value: (components * Math.log2(n)) / n,
    unit: "ratio",
    details: { components },
  };
}

/**
 * Counts the components of the exhaustive history of the first `n` bits. Each is the shortest word from the end of the
 * last one that does not occur earlier, overlaps allowed; the end may cut the last one short.
 *
 * Linear in n: the words that occur in the text so far are the paths of its suffix automaton (A. Blumer et
 * al., Theor. Comput. Sci. 40 (1985) 31–55), grown bit by bit just behind the reader.
 */
export function countComponents(bits: BitString, n = bits.length): number {
  // A state is four numbers side by side, one cache line: targets on 0 and on 1, suffix link, length.
  const states = new Int32Array(8 * n + 8).fill(-1);
  const LINK = 2;
  const LENGTH = 3;
  states[LENGTH] = 0;
  let used = 4;
  let last = 0;

  let components = 0;
  let matched = 0;
  let matchLength = 0;
  for (let i = 0; i < n; i++) {
    const bit = (bits.bytes[i >> 3]! >> (7 - (i & 7))) & 1;

    // Read: does the word, one bit longer, occur in the text before this bit?
    const target = states[matched + bit]!;
    if (target === -1) {
      components++;
      matched = 0;
      matchLength = 0;
    } else {
      matched = target;
      matchLength++;
    }

    // Grow: append the bit to the text.
    const state = used;
    used += 4;
    states[state + LENGTH] = states[last + LENGTH]! + 1;
    let p = last;
    while (p !== -1 && states[p + bit] === -1) {
      states[p + bit] = state;
      p = states[p + LINK]!;
    }
    last = state;
    if (p === -1) {
      states[state + LINK] = 0;
      continue;
    }
    const q = states[p + bit]!;
    const length = states[p + LENGTH]! + 1;
    if (states[q + LENGTH] === length) {
      states[state + LINK] = q;
      continue;
    }
    const clone = used;
    used += 4;
    states[clone] = states[q]!;
    states[clone + 1] = states[q + 1]!;
    states[clone + LINK] = states[q + LINK]!;
    states[clone + LENGTH] = length;
    while (p !== -1 && states[p + bit] === q) {
      states[p + bit] = clone;
      p = states[p + LINK]!;
    }
    states[q + LINK] = clone;
    states[state + LINK] = clone;
    // The shorter words of a split state moved to the clone; the word being read may be one of them.
    if (matched === q && matchLength <= length) matched = clone;
  }
  return matchLength > 0 ? components + 1 : components;
}
