/**
 * Common prefixes of neighbouring suffixes, fast for noise. The suffixes are radix-sorted by as many leading bits as
 * leave few ties, and insertion settles those. That takes a fraction of the time of a suffix array. On repetitive data
 * it would be quadratic, so it gives up after linear work.
 */

import { wordAt } from "../math/bit-words.ts";

const DIGIT_BITS = 11;
const MOST_DIGITS = 8;
/** Words of zeros past the end, which a digit or a 32-bit word may reach into. */
const PADDING_WORDS = 2 + Math.ceil((MOST_DIGITS * DIGIT_BITS) / 32);
/** 32-bit comparisons beyond the first, per suffix, before giving up. */
const STEPS_PER_SUFFIX = 4;

/** Symbols packed `width` bits each, first bit highest, followed by zeros. */
interface PackedText {
  readonly words: Int32Array;
  readonly width: number;
  readonly bits: number;
}

/**
 * Writes the lengths, in symbols, of the common prefix of each suffix and the one before it in sorted order (the
 * first is 0). Returns false if the data repeat themselves too much for this method.
 *
 * @param order overwritten; as long as the symbols, like `lengths`
 */
export function sortedPrefixLengths(
  symbols: Uint8Array,
  alphabetSize: number,
  order: Int32Array,
  lengths: Int32Array,
): boolean {
  const text = pack(symbols, Math.max(1, Math.ceil(Math.log2(alphabetSize))));
  const digits = digitsNeeded(text, symbols.length);
  if (digits > MOST_DIGITS) return false;
  sortByPrefix(text, digits, order, lengths);
  const stepsLeft = sortTies(text, order, STEPS_PER_SUFFIX * symbols.length);
  return stepsLeft >= 0 && measure(text, order, lengths, stepsLeft);
}

function pack(symbols: Uint8Array, width: number): PackedText {
  const bits = symbols.length * width;
  const words = new Int32Array((bits >>> 5) + PADDING_WORDS);
  for (let i = 0, at = 0; i < symbols.length; i++, at += width) {
    const shift = 32 - width - (at & 31);
    if (shift >= 0) words[at >>> 5]! |= symbols[i]! << shift;
    else {
      words[at >>> 5]! |= symbols[i]! >>> -shift;
      words[(at >>> 5) + 1]! |= symbols[i]! << (32 + shift);
    }
  }
  return { words, width, bits };
}

function digitCounts({ words, width }: PackedText, n: number, digit: number, counts: Int32Array): void {
  counts.fill(0);
  for (let i = 0, bit = digit * DIGIT_BITS; i < n; i++, bit += width) {
    counts[wordAt(words, bit) >>> (32 - DIGIT_BITS)]!++;
  }
}

/** Returns the number of digits that make a tie with any other suffix unlikely (1 in 4), were digits independent. */
function digitsNeeded(text: PackedText, n: number): number {
  const counts = new Int32Array(1 << DIGIT_BITS);
  digitCounts(text, n, 0, counts);
  const collision = counts.reduce((sum, count) => sum + (count / n) ** 2, 0);
  return Math.max(1, Math.ceil((Math.log2(n) + 2) / Math.log2(1 / collision)));
}

/** Fills `order` with the bit positions of the suffixes, sorted by prefix: least significant digit first. */
function sortByPrefix(text: PackedText, digits: number, order: Int32Array, spare: Int32Array): void {
  const { words, width } = text;
  const n = order.length;
  const starts = new Int32Array(1 << DIGIT_BITS);
  // The last pass has to write to `order`.
  let [from, to] = digits % 2 === 0 ? [order, spare] : [spare, order];
  for (let i = 0; i < n; i++) from[i] = i * width;
  for (let digit = digits - 1; digit >= 0; digit--) {
    digitCounts(text, n, digit, starts);
    let sum = 0;
    for (let value = 0; value < starts.length; value++) {
      const count = starts[value]!;
      starts[value] = sum;
      sum += count;
    }
    const offset = digit * DIGIT_BITS;
    for (let i = 0; i < n; i++) {
      const at = from[i]!;
      to[starts[wordAt(words, at + offset) >>> (32 - DIGIT_BITS)]!++] = at;
    }
    [from, to] = [to, from];
  }
}

/** Sorts what is nearly sorted, by insertion. Returns the steps left of `budget`, negative if they ran out. */
function sortTies({ words, bits }: PackedText, order: Int32Array, budget: number): number {
  let steps = budget;
  for (let i = 1; i < order.length && steps >= 0; i++) {
    const at = order[i]!;
    let slot = i;
    while (slot > 0 && steps >= 0) {
      const other = order[slot - 1]!;
      const end = bits - Math.max(at, other);
      let offset = 0;
      let a = wordAt(words, other);
      let b = wordAt(words, at);
      while (a === b && offset + 32 < end) {
        offset += 32;
        steps--;
        a = wordAt(words, other + offset);
        b = wordAt(words, at + offset);
      }
      // Zeros past the end are no symbols: of two suffixes equal up to there, the shorter comes first.
      const differ = a !== b && offset + Math.clz32(a ^ b) < end;
      if (differ ? a >>> 0 < b >>> 0 : other > at) break;
      order[slot--] = other;
      steps--;
    }
    order[slot] = at;
  }
  return steps;
}

/** Writes the common prefix lengths. Returns false if they take more than `budget` steps. */
function measure(text: PackedText, order: Int32Array, lengths: Int32Array, budget: number): boolean {
  const { words, width, bits } = text;
  let steps = budget;
  lengths[0] = 0;
  for (let i = 1; i < order.length; i++) {
    const a = order[i - 1]!;
    const b = order[i]!;
    const end = bits - Math.max(a, b);
    let offset = 0;
    let difference = wordAt(words, a) ^ wordAt(words, b);
    while (difference === 0 && offset + 32 < end) {
      offset += 32;
      difference = wordAt(words, a + offset) ^ wordAt(words, b + offset);
      steps--;
    }
    if (steps < 0) return false;
    const common = Math.min(offset + Math.clz32(difference), end);
    lengths[i] = width === 1 ? common : Math.trunc(common / width);
  }
  return true;
}
