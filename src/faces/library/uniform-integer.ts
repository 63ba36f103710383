/** Integers below a bound, each exactly as likely as any other. */
import type { RandomWords } from "./random-words.ts";

/**
 * Returns an integer, uniform on 0 … range − 1.
 *
 * Up to 2³²: D. Lemire, "Fast Random Integer Generation in an Interval", ACM Transactions on Modeling and Computer Simulation
 * 29 (2019) 3:1–3:12, algorithm 5: the upper half of word × range, where the lower half is not below 2³² mod range. Above:
 * draws as many bits as range − 1 has until they are below range, in fewer than two tries on average.
 * @param range 1 … 2⁵³
 */
export function uniformBelow(range: number, words: RandomWords): number {
  if (range > 2 ** 32) return rejectedBelow(range, words);
  const surplus = 2 ** 32 % range;
  for (;;) {
    const { upper, lower } = product(words.next(), range);
    if (lower >= surplus) return upper;
  }
}

/** The same for a bound of any size. */
export function uniformBelowBig(range: bigint, words: RandomWords): bigint {
  const bits = (range - 1n).toString(2).length;
  for (;;) {
    let value = 0n;
    for (let left = bits; left > 0; left -= 32) {
      const taken = Math.min(32, left);
      value = (value << BigInt(taken)) | BigInt(words.next() >>> (32 - taken));
    }
    if (value < range) return value;
  }
}

function rejectedBelow(range: number, words: RandomWords): number {
  const upperMask = 2 ** Math.ceil(Math.log2(Math.ceil(range / 2 ** 32))) - 1;
  for (;;) {
    const value = (words.next() & upperMask) * 2 ** 32 + words.next();
    if (value < range) return value;
  }
}

/** Returns word × range exactly, both at most 2³². Half a word at a time keeps every step below 2⁵³. */
function product(word: number, range: number): { upper: number; lower: number } {
  const low = (word & 0xffff) * range;
  const high = (word >>> 16) * range + Math.floor(low / 2 ** 16);
  return { upper: Math.floor(high / 2 ** 16), lower: (high % 2 ** 16) * 2 ** 16 + (low % 2 ** 16) };
}
