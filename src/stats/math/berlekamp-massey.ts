import { wordAt } from "./bit-words.ts";

/**
 * Computes the linear complexity of blocks of bits: the length of the shortest linear feedback shift register that
 * generates them.
 *
 * This is the algorithm of Berlekamp and Massey, in the form of Euclid's. Massey's own form keeps the connection
 * polynomials C(x) and B(x) and computes each discrepancy as a sum of products. Only the length L is wanted here, so
 * this class keeps the residues r = C·s and b = B·s instead. The discrepancy at position i is then bit i of r, zeros
 * are skipped by counting them, and where Massey adds x^(i−m)·B to C, b is added to r. Both are held left-aligned, r
 * at position i, b at its own first 1, so that b needs no shift.
 */
export class BerlekampMassey {
  #current: Int32Array;
  #previous: Int32Array;

  /** @param blockLength largest number of bits in a block */
  constructor(readonly blockLength: number) {
    this.#current = new Int32Array((blockLength + 31) / 32 + 1);
    this.#previous = new Int32Array((blockLength + 31) / 32 + 1);
  }

  /** Linear complexity of the `length` bits from position `start` on. */
  linearComplexity(words: Int32Array, start: number, length: number = this.blockLength): number {
    let r = this.#current;
    let b = this.#previous;
    const size = (length + 31) >>> 5;
    for (let j = 0; j < size; j++) r[j] = wordAt(words, start + 32 * j);
    b.fill(0, 0, size + 1);
    b[0] = 1 << 31;

    let complexity = 0;
    let at = skipZeros(r, 0, length);
    while (at < length) {
      const target = 2 * complexity <= at ? b : r;
      const wordsLeft = (length - at + 31) >>> 5;
      let high = r[0]! ^ b[0]!;
      const zeros = Math.clz32(high);
      if (target === b) complexity = at + 1 - complexity;
      if (zeros < 32) {
        const back = 32 - zeros;
        for (let j = 0; j < wordsLeft; j++) {
          const low = r[j + 1]! ^ b[j + 1]!;
          target[j] = (high << zeros) | (low >>> back);
          high = low;
        }
        at += zeros;
      } else {
        for (let j = 0; j < wordsLeft; j++) target[j] = r[j]! ^ b[j]!;
        at = skipZeros(target, at, length);
      }
      if (target === b) {
        b = r;
        r = target;
      }
    }
    return complexity;
  }
}

/** Moves the first 1 of `r` to the front. Returns `at` plus the zeros dropped, or `length` if there is no 1. */
function skipZeros(r: Int32Array, at: number, length: number): number {
  const size = (length - at + 31) >>> 5;
  let first = 0;
  while (first < size && r[first] === 0) first++;
  if (first === size) return length;
  const zeros = Math.clz32(r[first]!);
  for (let j = first; j < size; j++) {
    r[j - first] = (r[j]! << zeros) | (j + 1 < size ? (r[j + 1]! >>> 1) >>> (31 - zeros) : 0);
  }
  r.fill(0, size - first, size);
  return at + 32 * first + zeros;
}
