/**
 * The spectrum of bits, a part at a time, so that it takes a fraction of the memory of a whole transform.
 *
 * With n = p·m, the values X[p·k + r] of one remainder r are a transform of m complex numbers (decimation in frequency):
 *
 *     X[p·k + r] = Σ_j e^(−2πi·jk/m) · e^(−2πi·jr/n) · Σ_t x[j + t·m]·e^(−2πi·tr/p)     j < m, t < p
 *
 * The inner sum is over p bits, and comes from tables of eight bits each. For real x the remainders r and p − r are conjugates,
 * so that half of them are enough.
 */
import type { BitString } from "../bits.ts";
import { complexTransform, transformBytes } from "./real-transform.ts";
import { rootsOfUnity } from "./roots-of-unity.ts";

/** Most complex numbers in a transform, where n has divisors for it: with all tables some 64 MB. */
const PART = 2 ** 20;

/**
 * Parts: with fewer, more of the work is for values that are conjugates of others; with more, the tables are read more often.
 * 16 are quickest.
 */
const USUAL_PARTS = 16;
const MOST_PARTS = 64;

/**
 * Counts the values of the transform of the bits as ±1, of the first ⌊n/2⌋, the constant one included, whose squared modulus is
 * below `limit`. Any n ≥ 2.
 */
export function countBelow(bits: BitString, limit: number): number {
  const n = bits.length;
  const parts = partsOf(n);
  const m = n / parts;
  const half = Math.floor(n / 2);
  const columns = columnsOf(bits, parts);
  const transform = complexTransform(m);
  const values = new Float64Array(2 * m);
  let below = 0;
  for (let r = 0; 2 * r <= parts; r++) {
    combine(columns, r, parts, values);
    transform.transform(values);
    // The remainders 0 and p/2 are their own conjugates: each of their values is there twice.
    const last = r === 0 || 2 * r === parts ? half - 1 : n;
    for (let k = 0, at = r; k < m && at <= last; k++, at += parts) {
      const isCounted = Math.min(at, n - at) < half;
      if (isCounted && values[2 * k]! * values[2 * k]! + values[2 * k + 1]! * values[2 * k + 1]! < limit)
        below++;
    }
  }
  return below;
}

/** Chooses p, a divisor of n. */
function partsOf(n: number): number {
  let largest = 1;
  for (let parts = 1; parts <= MOST_PARTS; parts++) {
    if (n % parts !== 0) continue;
    largest = parts;
    if (parts >= USUAL_PARTS && n / parts <= PART) break;
  }
  return largest;
}

/** Gathers the bits j + t·m, eight t to a byte: one array for each eight, of m bytes. */
function columnsOf({ bytes, length }: BitString, parts: number): Uint8Array[] {
  const m = length / parts;
  return Array.from({ length: Math.ceil(parts / 8) }, (_, group) => {
    const column = new Uint8Array(m);
    for (let t = 8 * group; t < Math.min(parts, 8 * group + 8); t++) {
      const bit = t & 7;
      for (let j = 0, at = t * m; j < m; j++, at++)
        column[j]! |= ((bytes[at >> 3]! >> (7 - (at & 7))) & 1) << bit;
    }
    return column;
  });
}

/** Fills `values` with what is transformed for the remainder r. */
function combine(
  columns: readonly Uint8Array[],
  r: number,
  parts: number,
  values: Float64Array<ArrayBuffer>,
): void {
  const m = values.length / 2;
  // For r = 0 the order is infinite, and each root 1.
  rootsOfUnity((m * parts) / r, m, values);
  const tables = columns.map((_, group) => sums(r, parts, 8 * group));
  for (let j = 0; j < m; j++) {
    let re = 0;
    let im = 0;
    for (let group = 0; group < columns.length; group++) {
      const table = tables[group]!;
      const at = 2 * columns[group]![j]!;
      re += table[at]!;
      im += table[at + 1]!;
    }
    const wr = values[2 * j]!;
    const wi = values[2 * j + 1]!;
    values[2 * j] = re * wr - im * wi;
    values[2 * j + 1] = re * wi + im * wr;
  }
}

/** Σ ±e^(−2πi·tr/p) over t = first … first + 7 below p, for each byte of bits. */
function sums(r: number, parts: number, first: number): Float64Array {
  const roots = rootsOfUnity(parts);
  const table = new Float64Array(512);
  for (let byte = 0; byte < 256; byte++) {
    for (let t = first; t < Math.min(parts, first + 8); t++) {
      const sign = (byte >> (t - first)) & 1 ? 1 : -1;
      const root = 2 * ((t * r) % parts);
      table[2 * byte]! += sign * roots[root]!;
      table[2 * byte + 1]! += sign * roots[root + 1]!;
    }
  }
  return table;
}

/** Returns the memory that `countBelow` takes for n bits, bytes. */
export function spectrumBytes(n: number): number {
  const parts = partsOf(Math.max(1, n));
  return transformBytes(Math.max(1, n) / parts) + 16 * (n / parts) + n / 8;
}
