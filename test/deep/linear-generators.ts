/** Generators that are linear over GF(2), in whole or in one bit, after what was published of them. */

/** Fills bytes with words of 32 bits, least significant byte first. */
export function fill32(bytes: number, next: () => number): Uint8Array {
  return new Uint8Array(Uint32Array.from({ length: bytes / 4 }, next).buffer);
}

export function fill64(bytes: number, next: () => bigint): Uint8Array {
  return new Uint8Array(BigUint64Array.from({ length: bytes / 8 }, next).buffer);
}

/** Packs bits into bytes, in each the first one lowest, or highest. */
export function fillBits(bytes: number, next: () => number, fromTop = false): Uint8Array {
  return Uint8Array.from({ length: bytes }, () => {
    let byte = 0;
    for (let bit = 0; bit < 8; bit++) byte |= next() << (fromTop ? 7 - bit : bit);
    return byte;
  });
}

/** Reverses the bytes of words. */
export function swapBytes(data: Uint8Array, width: number): Uint8Array {
  return data.map((_, i) => data[i - (i % width) + (width - 1 - (i % width))]!);
}

/** G. Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8, 2003: the triple 13, 17, 5. */
export function xorshift32(seed = 2463534242): () => number {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

/** As above, section 4. */
export function xorshift128(): () => number {
  let [x, y, z, w] = [123456789, 362436069, 521288629, 88675123];
  return () => {
    const t = x ^ (x << 11);
    [x, y, z] = [y, z, w];
    w = w ^ (w >>> 19) ^ (t ^ (t >>> 8));
    return w >>> 0;
  };
}

/** D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators", 2018: rotations 24, 16, 37. Its lowest bit alone is linear. */
export function xoroshiro128plus(): () => bigint {
  let [s0, s1] = [0x9e3779b97f4a7c15n, 0xbf58476d1ce4e5b9n];
  const rotate = (x: bigint, k: bigint) => BigInt.asUintN(64, (x << k) | (x >> (64n - k)));
  return () => {
    const result = BigInt.asUintN(64, s0 + s1);
    s1 ^= s0;
    [s0, s1] = [rotate(s0, 24n) ^ s1 ^ BigInt.asUintN(64, s1 << 16n), rotate(s1, 37n)];
    return result;
  };
}

/** M. Matsumoto, T. Nishimura, "Mersenne Twister", ACM Transactions on Modeling and Computer Simulation 8, 1998; seeded as in 2002. */
export function mt19937(seed = 5489): () => number {
  const n = 624;
  const state = new Uint32Array(n);
  state[0] = seed;
  for (let i = 1; i < n; i++) {
    const last = state[i - 1]! ^ (state[i - 1]! >>> 30);
    state[i] = Math.imul(1812433253, last) + i;
  }
  let at = 0;
  return () => {
    const joined = (state[at]! & 0x80000000) | (state[(at + 1) % n]! & 0x7fffffff);
    state[at] = state[(at + 397) % n]! ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
    let y = state[at]!;
    at = (at + 1) % n;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
}

/** T. Nishimura, "Tables of 64-bit Mersenne twisters", 2000: MT19937-64. */
export function mt19937of64(): () => bigint {
  const n = 312;
  const state = new BigUint64Array(n);
  state[0] = 5489n;
  for (let i = 1; i < n; i++) {
    const last = state[i - 1]! ^ (state[i - 1]! >> 62n);
    state[i] = 6364136223846793005n * last + BigInt(i);
  }
  let at = 0;
  return () => {
    const joined = (state[at]! & 0xffffffff80000000n) | (state[(at + 1) % n]! & 0x7fffffffn);
    state[at] = state[(at + 156) % n]! ^ (joined >> 1n) ^ (joined & 1n ? 0xb5026f5aa96619e9n : 0n);
    let y = state[at]!;
    at = (at + 1) % n;
    y ^= (y >> 29n) & 0x5555555555555555n;
    y ^= (y << 17n) & 0x71d67fffeda60000n;
    y ^= (y << 37n) & 0xfff7eee000000000n;
    return y ^ (y >> 43n);
  };
}

/** S. Kirkpatrick, E. Stoll, "A very fast shift-register sequence random number generator", 1981: x^250 + x^103 + 1 in each bit. */
export function r250(seeds: () => number): () => number {
  const state = Uint32Array.from({ length: 250 }, seeds);
  let at = 0;
  return () => {
    const x = state[at]! ^ state[(at + 147) % 250]!;
    state[at] = x;
    at = (at + 1) % 250;
    return x >>> 0;
  };
}

/** F. Panneton, P. L'Ecuyer, M. Matsumoto, "Improved long-period generators based on linear recurrences modulo 2", 2006: WELL512a. */
export function well512a(seeds: () => number): () => number {
  const state = Uint32Array.from({ length: 16 }, seeds);
  let i = 0;
  return () => {
    const z0 = state[(i + 15) & 15]!;
    const v0 = state[i]!;
    const vm1 = state[(i + 13) & 15]!;
    const vm2 = state[(i + 9) & 15]!;
    const z1 = v0 ^ (v0 << 16) ^ (vm1 ^ (vm1 << 15));
    const z2 = vm2 ^ (vm2 >>> 11);
    const v = z1 ^ z2;
    state[i] = v;
    i = (i + 15) & 15;
    state[i] = z0 ^ (z0 << 2) ^ (z1 ^ (z1 << 18)) ^ (z2 << 28) ^ (v ^ ((v << 5) & 0xda442d24));
    return state[i]! >>> 0;
  };
}

/** The additive generator of Mitchell and Moore, x[n] = x[n - 24] + x[n - 55] modulo 2^32 (D. E. Knuth, TAOCP 2, 3.2.2). */
export function laggedFibonacci(seeds: () => number): () => number {
  const state = Uint32Array.from({ length: 55 }, seeds);
  let at = 0;
  return () => {
    state[at] = state[at]! + state[(at + 31) % 55]!;
    const x = state[at]!;
    at = (at + 1) % 55;
    return x;
  };
}

/** The recurrence s[n] = s[n - p] + s[n - p + q] over GF(2), bit by bit, of the primitive trinomial x^p + x^q + 1. */
export function lfsr(p: number, q: number, seeds: () => number): () => number {
  const state = Uint8Array.from({ length: p }, () => seeds() & 1);
  let at = 0;
  return () => {
    const bit = state[at]! ^ state[(at + q) % p]!;
    state[at] = bit;
    at = (at + 1) % p;
    return bit;
  };
}

/** Java's Random (documentation of java.util.Random, nextInt): an LCG modulo 2^48 that drops 16 bits. */
export function javaRandom(): () => number {
  let seed = 0x5deece66dn ^ 42n;
  return () => {
    seed = BigInt.asUintN(48, seed * 0x5deece66dn + 11n);
    return Number(seed >> 16n);
  };
}
