/**
 * Differences that betray a linear congruential generator modulo a power of two, whatever its multiplier, its increment and how much of
 * its state it puts out.
 *
 * With lag L = 2^j, x[n + L] = a^L·x[n] + c. For a multiplier a of full period a^L − 1 is a multiple of 2^(j + 2) (D. E. Knuth, The Art of Computer
 * Programming 2, §3.2.1.2, on a mod 4 = 1), so the k-th difference at that lag changes from one n to the next by a multiple
 * of 2^(k(j + 2)): not at all once that passes the modulus. Of truncated words it changes by what was cut off, some 2^k units of the last place.
 *
 * For good words the k-th difference has each first word with coefficient 1. With n below L, no two share a word. So all are independent
 * and uniform.
 */
import { binomialTailBound } from "./binomial-bounds.ts";

/** Words of the stream, whose highest 32 bits are looked at. */
export interface WordForm {
  readonly name: string;
  readonly bytes: 1 | 2 | 4 | 8;
  readonly littleEndian: boolean;
}

export const WORD_FORMS: readonly WordForm[] = [
  { name: "bytes", bytes: 1, littleEndian: true },
  ...([2, 4, 8] as const).flatMap((bytes) =>
    [true, false].map(
      (littleEndian): WordForm => ({
        name: `${8 * bytes}-bit words${littleEndian ? "" : ", big-endian"}`,
        bytes,
        littleEndian,
      }),
    ),
  ),
];

const LEAST_ORDER = 1;
const MOST_ORDER = 8;
const LEAST_LAG = 2 ** 5;
/** Pairs of differences that are compared at each lag. */
const MOST_PAIRS = 512;
/** Distances of their highest bytes, modulo 256, up to which two differences count as close. */
const CLOSE = 24;
const CLOSE_CHANCE = (2 * CLOSE + 1) / 256;

export interface CongruentialFinding {
  readonly words: WordForm;
  readonly order: number;
  readonly lag: number;
  readonly pairs: number;
  readonly close: number;
  /** Bonferroni's, over all that were tried. */
  readonly p: number;
}

/** Finds the words, order and lag at which the most pairs of successive differences are close. @param start of the stream */
export function findCongruential(start: Uint8Array): CongruentialFinding {
  let tried = 0;
  let best: CongruentialFinding | undefined;
  for (const form of WORD_FORMS) {
    const words = highestBits(start, form);
    for (let lag = LEAST_LAG; lag < words.length; lag *= 2) {
      for (let order = LEAST_ORDER; order <= MOST_ORDER && (order + 1) * lag <= words.length; order++) {
        tried++;
        const pairs = Math.min(MOST_PAIRS, lag / 2);
        const close = countClose(words, lag, order, pairs);
        const p = binomialTailBound(Math.max(close, Math.ceil(pairs * CLOSE_CHANCE)), pairs, CLOSE_CHANCE);
        if (best === undefined || p < best.p) best = { words: form, order, lag, pairs, close, p };
      }
    }
  }
  return { ...best!, p: Math.min(1, best!.p * tried) };
}

/** The highest 32 bits of each word, or the word with zeros below. */
function highestBits(start: Uint8Array, { bytes, littleEndian }: WordForm): Int32Array {
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const words = new Int32Array(start.length / bytes);
  for (let i = 0; i < words.length; i++) {
    const at = i * bytes;
    if (bytes === 1) words[i] = view.getUint8(at) << 24;
    else if (bytes === 2) words[i] = view.getUint16(at, littleEndian) << 16;
    else words[i] = view.getInt32(bytes === 8 && littleEndian ? at + 4 : at, littleEndian);
  }
  return words;
}

function countClose(words: Int32Array, lag: number, order: number, pairs: number): number {
  const coefficients = [1];
  for (let i = 1; i <= order; i++) coefficients.push((-coefficients[i - 1]! * (order - i + 1)) / i);
  let close = 0;
  for (let pair = 0; pair < pairs; pair++) {
    let change = 0;
    for (let i = 0; i <= order; i++) {
      const at = 2 * pair + i * lag;
      change = (change + Math.imul(coefficients[i]!, words[at]! - words[at + 1]!)) | 0;
    }
    if (Math.abs(change >> 24) <= CLOSE) close++;
  }
  return close;
}
