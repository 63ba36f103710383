import { MixedRadixTransform } from "./mixed-radix-transform.ts";
import { RootTable } from "./roots-of-unity.ts";

/**
 * Discrete Fourier transform of n complex numbers for any n, prime or not, by Bluestein's method: with
 * jk = (j² + k² − (k − j)²)/2 the transform becomes a convolution with the chirp e^(πi·j²/n), which is done with fast
 * transforms of a length that has only the factors 2, 3 and 5. The result is X[k] for this n: only the convolution is
 * padded.
 */
export class BluesteinTransform {
  readonly #convolution: MixedRadixTransform;
  /** The roots that the chirp consists of: it would be as long as the numbers. */
  readonly #roots: RootTable;
  /**
   * Transform of the conjugate chirp, wrapped around, divided by the convolution's length: its first half and one more. As the
   * chirp, it is the same from its end.
   */
  readonly #kernel: Float64Array;
  readonly #work: Float64Array;

  constructor(readonly n: number) {
    const length = smoothLength(2 * n - 1);
    this.#convolution = new MixedRadixTransform(length);
    this.#roots = new RootTable(2 * n);
    this.#work = new Float64Array(2 * length);
    const work = this.#work;
    this.#eachChirp((j, re, im) => {
      const mirrored = (length - j) % length;
      work[2 * mirrored] = work[2 * j] = re / length;
      work[2 * mirrored + 1] = work[2 * j + 1] = -im / length;
    });
    this.#convolution.transform(work);
    this.#kernel = work.slice(0, 2 * (Math.floor(length / 2) + 1));
  }

  /** Transforms in place. */
  transform(values: Float64Array): void {
    if (values.length !== 2 * this.n) throw new RangeError(`expected ${this.n} complex numbers`);
    const work = this.#work;
    this.#eachChirp((j, re, im) => multiply(values, j, re, im, work));
    work.fill(0, 2 * this.n);
    this.#convolution.transform(work);
    const kernel = this.#kernel;
    const { n: length } = this.#convolution;
    for (let j = 0; j < length; j++) {
      const at = 2 * Math.min(j, length - j);
      multiply(work, j, kernel[at]!, kernel[at + 1]!, work);
    }
    // The inverse transform is the forward one between two conjugations.
    for (let i = 1; i < work.length; i += 2) work[i] = -work[i]!;
    this.#convolution.transform(work);
    for (let i = 1; i < 2 * this.n; i += 2) work[i] = -work[i]!;
    this.#eachChirp((j, re, im) => multiply(work, j, re, im, values));
  }

  /** Calls `use` with e^(−πi·j²/n) for each j < n. */
  #eachChirp(use: (j: number, re: number, im: number) => void): void {
    const { n } = this;
    const chirp = new Float64Array(2);
    // `square` is j² modulo 2n, kept by adding 2j + 1, so that no angle loses digits.
    for (let j = 0, square = 0; j < n; j++) {
      this.#roots.copy(square, chirp, 0);
      use(j, chirp[0]!, chirp[1]!);
      square = (square + 2 * j + 1) % (2 * n);
    }
  }
}

/** Writes the complex number a[j] times (re, im) to out[j]; `out` may be `a`. */
function multiply(a: Float64Array, j: number, re: number, im: number, out: Float64Array): void {
  const ar = a[2 * j]!;
  const ai = a[2 * j + 1]!;
  out[2 * j] = ar * re - ai * im;
  out[2 * j + 1] = ar * im + ai * re;
}

/** The smallest number 2^a·3^b·5^c that is at least `n`. */
function smoothLength(n: number): number {
  let best = 2 ** Math.ceil(Math.log2(n));
  for (let five = 1; five < best; five *= 5) {
    for (let odd = five; odd < best; odd *= 3) {
      let length = odd;
      while (length < n) length *= 2;
      best = Math.min(best, length);
    }
  }
  return best;
}
