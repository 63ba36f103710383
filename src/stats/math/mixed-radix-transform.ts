import { butterflies2, butterflies3, butterflies4, butterflies5, butterfliesOdd } from "./butterflies.ts";
import { RootTable } from "./roots-of-unity.ts";

/** Largest prime factor done by direct summation; above it Bluestein's method is faster. */
export const LARGEST_RADIX = 61;

/** Factors n: fours before a two, since one pass by four is cheaper than two by two; then rising primes. */
export function radicesOf(n: number): number[] {
  const radices: number[] = [];
  let rest = n;
  for (let radix = 4; rest > 1; radix = radix === 4 ? 2 : radix === 2 ? 3 : radix + 2) {
    if (radix > 4 && radix * radix > rest) radix = rest;
    for (; rest % radix === 0; rest /= radix) radices.push(radix);
  }
  return radices;
}

/**
 * Discrete Fourier transform of n complex numbers, X[k] = Σ x[j]·e^(−2πi·jk/n), for any n whose prime factors are at
 * most LARGEST_RADIX. Stockham's form of the fast transform: each pass by a radix p reads one array and writes the other,
 * and the result comes out in order without a permutation. Complex numbers are pairs (real, imaginary) in one array.
 */
export class MixedRadixTransform {
  readonly #radices: readonly number[];
  readonly #twiddles: readonly Float64Array[];
  readonly #scratch: Float64Array;

  constructor(readonly n: number) {
    this.#radices = radicesOf(n);
    this.#scratch = new Float64Array(2 * n);
    const roots = new RootTable(n);
    let stride = 1;
    this.#twiddles = this.#radices.map((radix) => {
      const table = twiddles(roots, n / (stride * radix), radix, stride);
      stride *= radix;
      return table;
    });
  }

  /** Transforms in place. */
  transform(values: Float64Array): void {
    if (values.length !== 2 * this.n) throw new RangeError(`expected ${this.n} complex numbers`);
    let from = values;
    let to = this.#scratch;
    let stride = 1;
    for (const [pass, radix] of this.#radices.entries()) {
      const groups = this.n / (stride * radix);
      const table = this.#twiddles[pass]!;
      if (radix === 2) butterflies2(from, to, table, groups, stride);
      else if (radix === 3) butterflies3(from, to, table, groups, stride);
      else if (radix === 4) butterflies4(from, to, table, groups, stride);
      else if (radix === 5) butterflies5(from, to, table, groups, stride);
      else butterfliesOdd(from, to, table, groups, stride, radix);
      stride *= radix;
      [from, to] = [to, from];
    }
    if (from !== values) values.set(from);
  }
}

/** The factors e^(−2πi·jk·stride/n) of one pass, for each group j the k = 1 … radix − 1 in turn. */
function twiddles(roots: RootTable, groups: number, radix: number, stride: number): Float64Array {
  const table = new Float64Array(2 * groups * (radix - 1));
  let to = 0;
  for (let j = 0; j < groups; j++) {
    for (let k = 1; k < radix; k++, to += 2) roots.copy(j * k * stride, table, to);
  }
  return table;
}
