import { chiSquareUpper } from "../math/tails.ts";
import { ByteTally } from "./byte-tally.ts";

/** The figures that John Walker's program `ent` prints, for one symbol size. */
export interface Statistics {
  /** Symbols: bytes or bits. */
  readonly n: number;
  /** Shannon entropy of the histogram, bits per symbol. */
  readonly entropyBits: number;
  /** Pearson's χ² against the uniform law, and P(χ² ≥ that). */
  readonly chiSquare: number;
  readonly chiSquareP: number;
  readonly mean: number;
  /** 4·inside/points over 6-byte points; null below 6 bytes. The same for bytes and bits. */
  readonly monteCarloPi: number | null;
  /** Circular serial correlation, last symbol with first; null where all symbols are equal. */
  readonly serialCorrelation: number | null;
}

/**
 * `ent`-like statistics of data that come in pieces, as bytes and as bits (most significant first) at once.
 * Everything is derived from whole-number counts, so it does not depend on how the data were cut.
 */
export class ByteStatistics {
  readonly tally = new ByteTally();

  update(chunk: Uint8Array): this {
    this.tally.update(chunk);
    return this;
  }

  /** The figures of what was seen so far. @throws RangeError before any byte */
  result(): { readonly byte: Statistics; readonly bit: Statistics } {
    if (this.tally.length === 0) throw new RangeError("no bytes, no statistics");
    const pairs = this.tally.pairs().slice();
    const wrap = 256 * this.tally.last + this.tally.first;
    pairs[wrap]!++;
    const pi = this.tally.points === 0 ? null : (4 * this.tally.inside) / this.tally.points;
    const histogram = this.tally.histogram();
    const ones = onesOf(histogram);
    const bits = Float64Array.of(8 * this.tally.length - ones, ones);
    return {
      byte: statistics(histogram, productsOf(pairs), pi),
      // Ones in a circle: every run of them ends in exactly one of the two kinds of transition.
      bit: statistics(bits, ones - transitionsOf(pairs, histogram) / 2, pi),
    };
  }
}

/** The figures of one symbol size; `products` is the circular sum of s_i·s_(i+1). */
function statistics(counts: Float64Array, products: number, monteCarloPi: number | null): Statistics {
  let n = 0;
  let sum = 0;
  let squares = 0;
  for (let s = 0; s < counts.length; s++) {
    n += counts[s]!;
    sum += s * counts[s]!;
    squares += s * s * counts[s]!;
  }
  const expected = n / counts.length;
  let entropyBits = 0;
  let chiSquare = 0;
  for (const count of counts) {
    if (count > 0) entropyBits += (count / n) * Math.log2(n / count);
    chiSquare += (count - expected) ** 2 / expected;
  }
  const spread = n * squares - sum * sum;
  return {
    n,
    entropyBits,
    chiSquare,
    chiSquareP: chiSquareUpper(chiSquare, counts.length - 1),
    mean: sum / n,
    monteCarloPi,
    serialCorrelation: spread === 0 ? null : (n * products - sum * sum) / spread,
  };
}

/** Σ a·b over pairs of bytes. */
export function productsOf(pairs: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < 65536; i++) sum += (i >> 8) * (i & 255) * pairs[i]!;
  return sum;
}

/** Ones among the bits of the bytes. */
export function onesOf(histogram: Float64Array): number {
  let sum = 0;
  for (let b = 0; b < 256; b++) sum += WEIGHT[b]! * histogram[b]!;
  return sum;
}

/** Places where a bit differs from the next one: inside the bytes, and from byte to byte over `pairs`. */
export function transitionsOf(pairs: Float64Array, histogram: Float64Array): number {
  let sum = 0;
  // b ⊕ 2b has a one wherever a bit differs from the one below it; the lowest seven such places are inside.
  for (let b = 0; b < 256; b++) sum += WEIGHT[(b ^ (b >> 1)) & 127]! * histogram[b]!;
  for (let i = 0; i < 65536; i++) if (((i >> 8) ^ (i >> 7)) & 1) sum += pairs[i]!;
  return sum;
}

/** Number of ones in each byte value. */
export const WEIGHT: Uint8Array = Uint8Array.from({ length: 256 }, (_, b) => {
  let ones = 0;
  for (let rest = b; rest > 0; rest >>= 1) ones += rest & 1;
  return ones;
});
