import { wordAt } from "./bit-words.ts";

/** Rank over GF(2) of matrices given row by row in a string of bits. */
export class BinaryMatrixRank {
  readonly #rowWords: number;
  readonly #row: Int32Array;
  /** Reduced rows, each at the place of its first 1. */
  readonly #basis: Int32Array;
  readonly #taken: Uint8Array;

  constructor(
    readonly rows: number,
    readonly columns: number,
  ) {
    this.#rowWords = Math.ceil(columns / 32);
    this.#row = new Int32Array(this.#rowWords);
    this.#basis = new Int32Array(this.#rowWords * columns);
    this.#taken = new Uint8Array(columns);
  }

  /** Rank of the rows × columns bits from position `start` on. */
  rank(words: Int32Array, start: number): number {
    this.#taken.fill(0);
    let rank = 0;
    for (let r = 0; r < this.rows; r++) {
      if (this.#insert(words, start + r * this.columns)) rank++;
    }
    return rank;
  }

  /** Reduces a row by those before it and keeps what is left. Returns false if nothing is. */
  #insert(words: Int32Array, start: number): boolean {
    const size = this.#rowWords;
    const row = this.#row;
    const basis = this.#basis;
    for (let w = 0; w < size; w++) row[w] = wordAt(words, start + 32 * w);
    // The last word reaches into the next row.
    row[size - 1] = row[size - 1]! & (-1 << (32 * size - this.columns));
    for (let w = 0; w < size; ) {
      const word = row[w]!;
      if (word === 0) {
        w++;
        continue;
      }
      const first = 32 * w + Math.clz32(word);
      const at = first * size;
      if (this.#taken[first] === 0) {
        this.#taken[first] = 1;
        for (let i = w; i < size; i++) basis[at + i] = row[i]!;
        return true;
      }
      for (let i = w; i < size; i++) row[i] = row[i]! ^ basis[at + i]!;
    }
    return false;
  }
}

/**
 * The probability that a random binary matrix has rank r (SP 800-22 §3.5):
 * 2^(r(Q+M−r)−MQ) · Π_{i<r} (1 − 2^(i−Q))(1 − 2^(i−M)) / (1 − 2^(i−r)).
 */
export function rankProbability(r: number, rows: number, columns: number): number {
  let product = 2 ** (r * (columns + rows - r) - rows * columns);
  for (let i = 0; i < r; i++) {
    product *= ((1 - 2 ** (i - columns)) * (1 - 2 ** (i - rows))) / (1 - 2 ** (i - r));
  }
  return product;
}
