/**
 * Sorts the rotations of a cyclic sequence of tokens, as the Burrows–Wheeler transform needs them. A rotation gets the
 * number that an arithmetic coder would give it. Unlike a prefix of fixed length, that number tells rotations of
 * independent symbols apart however unequal their frequencies are, so sorting by it into as many buckets as there are
 * rotations leaves about one in each. Data that repeat themselves defeat it and go to a suffix array.
 */

import { suffixArray } from "../../../math/suffix-array.ts";

/**
 * The coder's share of the interval from 0 to 1 for each token, in the order of the tokens. Bounds are multiples of
 * 2^-32, so that `low + width` is exact.
 */
export interface TokenIntervals {
  readonly low: Float64Array;
  readonly width: Float64Array;
  /** The place of each token in the order of tokens. */
  readonly rank: Int32Array;
}

/** A rotation is returned as its start above so many bits, which hold the token before it, at most 256. */
const TOKEN_BITS = 9;
export const TOKEN_MASK = (1 << TOKEN_BITS) - 1;

/** Numbers are sorted by their first 31 bits; rotations equal in these are compared. */
const KEY_BITS = 31;
const KEY_SCALE = 2 ** KEY_BITS - 1;
/** Comparisons and moves allowed per rotation; independent symbols need about one. */
const STEPS_PER_ROTATION = 8;
/** Tokens that nearly always determine the number of a rotation to the last bit. */
const FIRST_LOOKAHEAD = 64;

export class RotationSorter {
  readonly #keys: Int32Array;
  readonly #sortedKeys: Int32Array;
  readonly #order: Int32Array;
  readonly #bucketStarts: Int32Array;

  constructor(mostTokens: number) {
    this.#keys = new Int32Array(mostTokens);
    this.#sortedKeys = new Int32Array(mostTokens);
    this.#order = new Int32Array(mostTokens);
    this.#bucketStarts = new Int32Array(2 ** bucketBits(mostTokens));
  }

  /** Sorts the rotations of the first `count` tokens, at most 2^22. The result is valid until the next call. */
  sort(tokens: Uint16Array, count: number, intervals: TokenIntervals): Int32Array {
    const bits = bucketBits(count);
    this.#countKeys(tokens, count, intervals, bits);
    this.#distribute(tokens, count, bits);
    if (!this.#finish(tokens, count, intervals.rank))
      return orderBySuffixArray(tokens, count, intervals.rank);
    return this.#order;
  }

  /** Computes keys. Every step is monotonic, rounding included, so a smaller key never belongs to a larger rotation. */
  #countKeys(tokens: Uint16Array, count: number, { low, width }: TokenIntervals, bits: number): void {
    const keys = this.#keys;
    const sizes = this.#bucketStarts.fill(0, 0, 2 ** bits);
    const shift = KEY_BITS - bits;
    let position = firstPosition(tokens, count, low, width);
    for (let i = count - 1; i >= 0; i--) {
      const token = tokens[i]!;
      position = low[token]! + width[token]! * position;
      const key = (position * KEY_SCALE) | 0;
      keys[i] = key;
      sizes[key >>> shift]!++;
    }
  }

  #distribute(tokens: Uint16Array, count: number, bits: number): void {
    const keys = this.#keys;
    const sortedKeys = this.#sortedKeys;
    const order = this.#order;
    const starts = this.#bucketStarts;
    const shift = KEY_BITS - bits;
    let sum = 0;
    for (let bucket = 0; bucket < 2 ** bits; bucket++) {
      const size = starts[bucket]!;
      starts[bucket] = sum;
      sum += size;
    }
    let before = tokens[count - 1]!;
    for (let i = 0; i < count; i++) {
      const key = keys[i]!;
      const slot = starts[key >>> shift]!++;
      sortedKeys[slot] = key;
      order[slot] = (i << TOKEN_BITS) | before;
      before = tokens[i]!;
    }
  }

  /** Sorts by insertion what buckets have ordered already. Returns false if it takes too long. */
  #finish(tokens: Uint16Array, count: number, rank: Int32Array): boolean {
    const sortedKeys = this.#sortedKeys;
    const order = this.#order;
    let stepsLeft = STEPS_PER_ROTATION * count;
    let previous = sortedKeys[0]!;
    for (let i = 1; i < count; i++) {
      const key = sortedKeys[i]!;
      if (previous < key) {
        previous = key;
        continue;
      }
      const rotation = order[i]!;
      let slot = i;
      for (; slot > 0; slot--) {
        const other = sortedKeys[slot - 1]!;
        if (other < key) break;
        stepsLeft--;
        if (other === key) {
          const a = order[slot - 1]! >> TOKEN_BITS;
          const b = rotation >> TOKEN_BITS;
          const common = commonTokens(tokens, count, a, b);
          stepsLeft -= common;
          if (rank[tokens[(a + common) % count]!]! <= rank[tokens[(b + common) % count]!]!) break;
        }
        sortedKeys[slot] = other;
        order[slot] = order[slot - 1]!;
      }
      sortedKeys[slot] = key;
      order[slot] = rotation;
      previous = sortedKeys[i]!;
      if (stepsLeft < 0) return false;
    }
    return true;
  }
}

/** Returns log₂ of the number of buckets, about one a rotation. */
function bucketBits(count: number): number {
  return Math.round(Math.log2(Math.max(1, count)));
}

/**
 * Computes the number of the rotation that starts at token 0. Tokens far behind do not reach its last bit: if the lowest
 * and the highest continuation give the same number, it is that of the endless repetition. If not even the whole
 * sequence is enough, the number of one round serves, in which unequal rotations differ.
 */
function firstPosition(tokens: Uint16Array, count: number, low: Float64Array, width: Float64Array): number {
  for (let lookahead = FIRST_LOOKAHEAD; ; lookahead *= 4) {
    const end = Math.min(lookahead, count);
    let least = 0;
    let most = 1;
    for (let i = end - 1; i >= 0; i--) {
      const token = tokens[i]!;
      least = low[token]! + width[token]! * least;
      most = low[token]! + width[token]! * most;
    }
    if (least === most || end === count) return least;
  }
}

/** Counts the tokens that two rotations have in common before they differ; `count` if they are equal. */
function commonTokens(tokens: Uint16Array, count: number, a: number, b: number): number {
  let common = 0;
  while (common < count && tokens[a] === tokens[b]) {
    if (++a === count) a = 0;
    if (++b === count) b = 0;
    common++;
  }
  return common;
}

/** Sorts by a suffix array: rotations are in the order of those suffixes of the doubled sequence that exceed it. */
function orderBySuffixArray(tokens: Uint16Array, count: number, rank: Int32Array): Int32Array {
  const doubled = new Int32Array(2 * count);
  for (let i = 0; i < count; i++) doubled[i] = doubled[i + count] = rank[tokens[i]!]!;
  return suffixArray(doubled, rank.length)
    .filter((start) => start < count)
    .map((start) => (start << TOKEN_BITS) | tokens[start === 0 ? count - 1 : start - 1]!);
}
