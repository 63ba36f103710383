import { MixedRadixTransform } from "./mixed-radix-transform.ts";
import { rootsOfUnity } from "./roots-of-unity.ts";

/**
 * Discrete Fourier transform of n complex numbers for any n, prime or not, by Bluestein's method: with
 * jk = (j² + k² − (k − j)²)/2 the transform becomes a convolution with the chirp e^(πi·j²/n), which is done with fast
 * transforms of a length that has only the factors 2, 3 and 5. The result is X[k] for this n: only the convolution is
 * padded.
 */
export class BluesteinTransform {
  readonly #convolution: MixedRadixTransform;
  /** e^(−πi·j²/n), j < n. */
  readonly #chirp: Float64Array;
  /** Transform of the conjugate chirp, wrapped around, divided by the convolution's length. */
  readonly #kernel: Float64Array;
  readonly #work: Float64Array;

  constructor(readonly n: number) {
    const length = smoothLength(2 * n - 1);
    this.#convolution = new MixedRadixTransform(length);
    this.#chirp = new Float64Array(2 * n);
    this.#kernel = new Float64Array(2 * length);
    this.#work = new Float64Array(2 * length);
    const roots = rootsOfUnity(2 * n);
    // `square` is j² modulo 2n, kept by adding 2j + 1, so that no angle loses digits.
    for (let j = 0, square = 0; j < n; j++) {
      const re = roots[2 * square]!;
      const im = roots[2 * square + 1]!;
      this.#chirp[2 * j] = re;
      this.#chirp[2 * j + 1] = im;
      for (const at of [2 * j, 2 * ((length - j) % length)]) {
        this.#kernel[at] = re / length;
        this.#kernel[at + 1] = -im / length;
      }
      square = (square + 2 * j + 1) % (2 * n);
    }
    this.#convolution.transform(this.#kernel);
  }

  /** Transforms in place. */
  transform(values: Float64Array): void {
    if (values.length !== 2 * this.n) throw new RangeError(`expected ${this.n} complex numbers`);
    const work = this.#work;
    multiply(values, this.#chirp, work, this.n);
    work.fill(0, 2 * this.n);
    this.#convolution.transform(work);
    multiply(work, this.#kernel, work, this.#convolution.n);
    // The inverse transform is the forward one between two conjugations.
    for (let i = 1; i < work.length; i += 2) work[i] = -work[i]!;
    this.#convolution.transform(work);
    for (let i = 1; i < 2 * this.n; i += 2) work[i] = -work[i]!;
    multiply(work, this.#chirp, values, this.n);
  }
}

/** out[j] = a[j]·b[j] for `count` complex numbers; `out` may be `a`. */
function multiply(a: Float64Array, b: Float64Array, out: Float64Array, count: number): void {
  for (let i = 0; i < 2 * count; i += 2) {
    const ar = a[i]!;
    const ai = a[i + 1]!;
    const br = b[i]!;
    const bi = b[i + 1]!;
    out[i] = ar * br - ai * bi;
    out[i + 1] = ar * bi + ai * br;
  }
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
