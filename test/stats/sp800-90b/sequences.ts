/** Sequences of the tests: deterministic, from a linear congruential generator. */

import type { Sequence } from "../../../src/stats/sp800-90b/estimate.ts";

/** Uniform in [0, 1): Knuth's MMIX generator would need 64 bits; this is its 32-bit cousin, high bits only. */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/** Symbols 0 … alphabetSize − 1; `bias` is the share of places that hold symbol 0 regardless. */
export function noise(length: number, alphabetSize: number, seed: number, bias = 0): Uint8Array {
  const next = uniform(seed);
  return Uint8Array.from({ length }, () => (next() < bias ? 0 : Math.floor(next() * alphabetSize)));
}

/** Noise that repeats itself: each symbol is, with probability `sticky`, the one `period` places back. */
export function echo(
  length: number,
  alphabetSize: number,
  seed: number,
  period: number,
  sticky: number,
): Uint8Array {
  const next = uniform(seed);
  const symbols = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    symbols[i] = i >= period && next() < sticky ? symbols[i - period]! : Math.floor(next() * alphabetSize);
  }
  return symbols;
}

export function sequence(symbols: Uint8Array, alphabetSize: number): Sequence {
  return { symbols, alphabetSize };
}
