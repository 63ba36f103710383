/** Generators of 32-bit words by sums and products, which a good battery finds, as functions that return the next word. */
import { keystream } from "../support/keystream.ts";

export type Words = () => number;

/** Returns `bytes` bytes of the words, least significant byte first unless told otherwise. */
export function bytesOf(next: Words, bytes: number, isLittleEndian = true): Uint8Array {
  const out = new Uint8Array(bytes);
  const view = new DataView(out.buffer);
  for (let i = 0; i < bytes; i += 4) view.setUint32(i, next() >>> 0, isLittleEndian);
  return out;
}

/** Modulo 2³²; multiplier of W. H. Press et al., Numerical Recipes, §7.1. */
export function lcg32(state = 1): Words {
  return () => {
    state = Math.imul(state, 1664525) + 1013904223;
    return state;
  };
}

/** RANDU of IBM, shifted to the upper 31 bits. */
export function randu(state = 1): Words {
  return () => {
    state = Math.imul(state, 65539) & 0x7fffffff;
    return state << 1;
  };
}

/** S. K. Park, K. W. Miller, Commun. ACM 31 (1988) 1192–1201, shifted likewise. */
export function minstd(state = 1): Words {
  return () => {
    state = (state * 16807) % 2147483647;
    return state << 1;
  };
}

/** The upper 32 bits of an LCG modulo 2^48 (drand48) or 2^64 (multiplier of D. E. Knuth's MMIX), or the lower. */
export function powerLcg(bits: 48 | 64, isUpper = true, state = 1n): Words {
  const [multiplier, increment] =
    bits === 48 ? [0x5deece66dn, 11n] : [6364136223846793005n, 1442695040888963407n];
  const shift = BigInt(isUpper ? bits - 32 : 0);
  return () => {
    state = BigInt.asUintN(bits, state * multiplier + increment);
    return Number((state >> shift) & 0xffffffffn);
  };
}

/** Lag-1 multiply-with-carry of G. Marsaglia's KISS of 1999: an LCG of 63 bits. */
export function mwc(): Words {
  const multiplier = 698769069;
  let word = 1;
  let carry = 0;
  return () => {
    // The product has up to 62 bits, of which a number holds 53: by halves of the word.
    const low = multiplier * (word & 0xffff) + carry;
    const high = multiplier * (word >>> 16) + Math.floor(low / 65536);
    word = ((high % 65536) * 65536 + (low % 65536)) >>> 0;
    carry = Math.floor(high / 65536);
    return word;
  };
}

/** Lagged Fibonacci, x[i] = x[i − r] + x[i − s], filled with good words. */
export function laggedFibonacci(r: number, s: number): Words {
  const words = new Uint32Array(keystream(4 * r, 77).buffer);
  let i = 0;
  return () => {
    words[i] = words[i]! + words[(i + r - s) % r]!;
    const word = words[i]!;
    i = (i + 1) % r;
    return word;
  };
}

/** Subtract-with-borrow of lags 37 and 24 (G. Marsaglia, A. Zaman, Ann. Appl. Probab. 1 (1991) 462–480). */
export function subtractWithBorrow(): Words {
  const words = new Uint32Array(keystream(4 * 37, 78).buffer);
  let i = 0;
  let borrow = 0;
  return () => {
    const difference = words[(i + 13) % 37]! - words[i]! - borrow;
    borrow = Number(difference < 0);
    words[i] = difference;
    i = (i + 1) % 37;
    return difference;
  };
}

/** A counter of 32 bits through the mixing function of MurmurHash3, which is one-to-one. */
export function hashedCounter(state = 0): Words {
  return () => {
    state = (state + 1) | 0;
    let h = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return h ^ (h >>> 16);
  };
}

/** Multiples of a number: a counter for 1. */
export function weyl(step: number, state = 0): Words {
  return () => {
    state = (state + step) | 0;
    return state;
  };
}
