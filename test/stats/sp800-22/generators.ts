import { piBits } from "./constant-bits.ts";

/** Generators of test data, good and bad. */

let pi: Uint8Array | undefined;

/** `length` bytes of π's expansion from byte `start` on. */
export function piSegment(start: number, length: number): Uint8Array {
  pi ??= piBits(1_000_000);
  return pi.slice(start, start + length);
}

/** Random 32-bit words by Marsaglia's xorshift128: 128 bits of state, every step linear over GF(2). */
export function xorshift128Bytes(length: number): Uint8Array {
  let [x, y, z, w] = [123456789, 362436069, 521288629, 88675123];
  const words = new Uint32Array(Math.ceil(length / 4));
  for (let i = 0; i < words.length; i++) {
    const t = x ^ (x << 11);
    [x, y, z] = [y, z, w];
    w = w ^ (w >>> 19) ^ (t ^ (t >>> 8));
    words[i] = w;
  }
  return bigEndian(words).subarray(0, length);
}

/** The Mersenne twister of Matsumoto and Nishimura: 19937 bits of state, every step linear over GF(2). */
export class Mt19937 {
  readonly #state = new Uint32Array(624);
  #at = 624;

  constructor(seed: number) {
    this.#state[0] = seed;
    for (let i = 1; i < 624; i++) {
      const last = this.#state[i - 1]!;
      this.#state[i] = Math.imul(1812433253, last ^ (last >>> 30)) + i;
    }
  }

  next(): number {
    const s = this.#state;
    if (this.#at === 624) {
      for (let i = 0; i < 624; i++) {
        const y = (s[i]! & 0x80000000) | (s[(i + 1) % 624]! & 0x7fffffff);
        s[i] = s[(i + 397) % 624]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
      }
      this.#at = 0;
    }
    let y = s[this.#at++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** The first bit of each of 8 · length words. */
  topBits(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => {
      let byte = 0;
      for (let bit = 0; bit < 8; bit++) byte = (byte << 1) | (this.next() >>> 31);
      return byte;
    });
  }
}

function bigEndian(words: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(4 * words.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < words.length; i++) view.setUint32(4 * i, words[i]!);
  return bytes;
}
