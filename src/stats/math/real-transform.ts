import { BluesteinTransform } from "./bluestein-transform.ts";
import { LARGEST_RADIX, MixedRadixTransform, radicesOf } from "./mixed-radix-transform.ts";
import { rootsOfUnity } from "./roots-of-unity.ts";

/** A discrete Fourier transform of n complex numbers, in place, as pairs (real, imaginary). */
export interface ComplexTransform {
  readonly n: number;
  transform(values: Float64Array): void;
}

// Sequences tested in turn mostly have one length, so the tables of the last one are kept while memory allows.
let latest: WeakRef<ComplexTransform> | undefined;

/** Returns the transform of length n, any n ≥ 1. It has one working memory: use it for one array at a time. */
export function complexTransform(n: number): ComplexTransform {
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`no transform of ${n} values`);
  let transform = latest?.deref();
  if (transform?.n !== n) {
    const smooth = radicesOf(n).every((radix) => radix <= LARGEST_RADIX);
    transform = smooth ? new MixedRadixTransform(n) : new BluesteinTransform(n);
    latest = new WeakRef(transform);
  }
  return transform;
}

/**
 * Discrete Fourier transform of real numbers x[0..n): the values X[k] = Σ x[j]·e^(−2πi·jk/n) for k = 0 … ⌊n/2⌋, as
 * pairs (real, imaginary); the others are their conjugates. Any n ≥ 1, never padded.
 *
 * For even n the numbers are taken in pairs as n/2 complex ones z, whose transform Z holds both halves:
 * X[k] = E[k] + e^(−2πi·k/n)·O[k] with E = (Z[k] + Z̄[h−k])/2, O = (Z[k] − Z̄[h−k])/2i, h = n/2.
 */
export function realTransform(x: Float64Array): Float64Array {
  const n = x.length;
  if (n % 2 === 1) {
    const z = new Float64Array(2 * n);
    for (let j = 0; j < n; j++) z[2 * j] = x[j]!;
    complexTransform(n).transform(z);
    return z.slice(0, n + 1);
  }
  const half = n / 2;
  const spectrum = new Float64Array(n + 2);
  const z = spectrum.subarray(0, n);
  z.set(x);
  complexTransform(half).transform(z);
  const roots = rootsOfUnity(n, (half >> 1) + 1);
  const first = spectrum[0]!;
  const second = spectrum[1]!;
  for (let k = 1; 2 * k <= half; k++) {
    const low = 2 * k;
    const high = n - low;
    const evenR = (spectrum[low]! + spectrum[high]!) / 2;
    const evenI = (spectrum[low + 1]! - spectrum[high + 1]!) / 2;
    const oddR = (spectrum[low + 1]! + spectrum[high + 1]!) / 2;
    const oddI = (spectrum[high]! - spectrum[low]!) / 2;
    const wr = roots[low]!;
    const wi = roots[low + 1]!;
    const turnR = oddR * wr - oddI * wi;
    const turnI = oddR * wi + oddI * wr;
    spectrum[low] = evenR + turnR;
    spectrum[low + 1] = evenI + turnI;
    spectrum[high] = evenR - turnR;
    spectrum[high + 1] = turnI - evenI;
  }
  spectrum[0] = first + second;
  spectrum[1] = 0;
  spectrum[n] = first - second;
  spectrum[n + 1] = 0;
  return spectrum;
}

/** Returns the memory of a transform of n complex numbers with its tables, bytes. */
export function transformBytes(n: number): number {
  const isSmooth = radicesOf(n).every((radix) => radix <= LARGEST_RADIX);
  // A convolution of twice the length, its other factor, and the room where it is done.
  return isSmooth ? 32 * n : 2 * (32 + 16 + 8) * n;
}
