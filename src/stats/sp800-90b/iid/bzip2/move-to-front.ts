/**
 * bzip2's move-to-front stage. A character becomes its place in a list of the characters in the order of their last use;
 * a run of the front character becomes its length in bijective base 2, digits RUNA and RUNB. A place p > 0 is symbol
 * p + 1, and end of block is the symbol after the last place.
 */

import { GROUP_SIZE, GROUP_STRIDE, type Groups } from "./coding-tables.ts";

/** The characters of decimal text, in ASCII order: a space is 0, the digit d is d + 1. */
export const CHARACTERS = 11;

// The list is the place of each character, five bits each in two integers, six characters in the first. The fifth bit of
// a place is 0 and takes the borrow that tells which places are below another.
const FIELD_BITS = 5;
const FIRST_WORD = 6;
const FIELD_MASK = (1 << FIELD_BITS) - 1;
const ONES = 0b00001_00001_00001_00001_00001_00001;
const GUARDS = ONES << (FIELD_BITS - 1);
// Tables instead of a branch between the two, which would be unpredictable.
const SHIFTS = Uint8Array.from({ length: CHARACTERS }, (_, c) => FIELD_BITS * (c % FIRST_WORD));
const LOW_FIELDS = Int32Array.from(SHIFTS, (shift, c) => (c < FIRST_WORD ? FIELD_MASK << shift : 0));
const HIGH_FIELDS = Int32Array.from(SHIFTS, (shift, c) => (c < FIRST_WORD ? 0 : FIELD_MASK << shift));
/** Place of a character that does not occur, behind all others, where nothing moves it. */
const NOWHERE = 15;

const RUN_A = 0;
const RUN_B = 1;
/** For short runs: number of digits RUNA, from bit 8 on of digits RUNB, from bit 16 on of all digits. */
const RUN_DIGITS = Int32Array.from({ length: 256 }, (_, run) => {
  let digits = 0;
  for (let left = run; left > 0; left = (left - 1) >> 1) digits += 0x10000 + (left & 1 ? 1 : 0x100);
  return digits;
});
/** Stands for more digits than a group holds, which are written one by one. */
const LONG_RUN = GROUP_SIZE << 16;

export class MoveToFront implements Groups {
  readonly counts: Uint8Array;
  symbolCount = 0;
  /** Places of characters 0 … 5 and 6 … 10. */
  #low = 0;
  #high = 0;
  /** Length of the run of the front character, not yet written. */
  #run = 0;
  /** First counter of the current group, and how many symbols it has. */
  #base = 0;
  #filled = 0;

  constructor(mostSymbols: number) {
    this.counts = new Uint8Array((Math.ceil(mostSymbols / GROUP_SIZE) + 1) * GROUP_STRIDE);
  }

  /** @param used 1 for each character that occurs in the block */
  start(used: Uint8Array): void {
    this.counts.fill(0, 0, this.#base + GROUP_STRIDE);
    this.#base = 0;
    this.#filled = 0;
    this.#run = 0;
    this.#low = 0;
    this.#high = 0;
    let place = 0;
    for (let character = 0; character < CHARACTERS; character++) {
      const field = used[character] === 1 ? place++ : NOWHERE;
      if (character < FIRST_WORD) this.#low |= field << (FIELD_BITS * character);
      else this.#high |= field << (FIELD_BITS * (character - FIRST_WORD));
    }
  }

  /** Takes the characters from index `from` up to `to`. */
  add(characters: Uint8Array, from: number, to: number): void {
    const counts = this.counts;
    let low = this.#low;
    let high = this.#high;
    let run = this.#run;
    let base = this.#base;
    let filled = this.#filled;
    for (let i = from; i < to; i++) {
      const character = characters[i]!;
      const lowField = LOW_FIELDS[character]!;
      const highField = HIGH_FIELDS[character]!;
      const place = ((low & lowField) | (high & highField)) >>> SHIFTS[character]!;
      if (place === 0) {
        run++;
        continue;
      }
      if (run > 0) {
        const digits = run < RUN_DIGITS.length ? RUN_DIGITS[run]! : LONG_RUN;
        if (filled + (digits >>> 16) < GROUP_SIZE) {
          filled += digits >>> 16;
          counts[base + RUN_A]! += digits & 0xff;
          counts[base + RUN_B]! += (digits >>> 8) & 0xff;
          run = 0;
        }
        for (; run > 0; run = (run - 1) >> 1) {
          counts[base + (run & 1 ? RUN_A : RUN_B)]!++;
          if (++filled === GROUP_SIZE) {
            filled = 0;
            base += GROUP_STRIDE;
          }
        }
      }
      counts[base + place + 1]!++;
      if (++filled === GROUP_SIZE) {
        filled = 0;
        base += GROUP_STRIDE;
      }
      // Every place below moves back by one: (place − 1) less it leaves the guard bit set.
      const spread = Math.imul(place, ONES);
      low =
        (low & ~lowField) + (((spread + (GUARDS - ONES - low)) & GUARDS & ~lowField) >>> (FIELD_BITS - 1));
      high =
        (high & ~highField) +
        (((spread + (GUARDS - ONES - high)) & GUARDS & ~highField) >>> (FIELD_BITS - 1));
    }
    this.#low = low;
    this.#high = high;
    this.#run = run;
    this.#base = base;
    this.#filled = filled;
  }

  /** Takes one character `count` times. */
  addRun(character: number, count: number): void {
    if (count === 0) return;
    SINGLE[0] = character;
    this.add(SINGLE, 0, 1);
    this.#run += count - 1;
  }

  /** @param characters how many different ones occur in the block */
  end(characters: number): void {
    for (; this.#run > 0; this.#run = (this.#run - 1) >> 1) this.#write(this.#run & 1 ? RUN_A : RUN_B);
    this.#write(characters + 1);
    this.symbolCount = (this.#base / GROUP_STRIDE) * GROUP_SIZE + this.#filled;
  }

  #write(symbol: number): void {
    this.counts[this.#base + symbol]!++;
    if (++this.#filled === GROUP_SIZE) {
      this.#filled = 0;
      this.#base += GROUP_STRIDE;
    }
  }
}

const SINGLE = new Uint8Array(1);
