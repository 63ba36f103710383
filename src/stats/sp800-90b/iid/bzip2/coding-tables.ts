/**
 * Counts the bits that bzip2 1.0.8 writes for a block after its move-to-front stage: two to six Huffman codes, improved
 * in four rounds, of which one is chosen for every 50 symbols. Only counts of symbols matter to that, so a block is
 * given as the histograms of its groups of 50.
 */

import { CodeBuilder } from "./code-lengths.ts";

/** Symbols that share one choice of code. */
export const GROUP_SIZE = 50;
/** Counters of a group in `Groups.counts`: at least the 13 symbols that ten digits and a space need. */
export const GROUP_STRIDE = 16;

/** A block after the move-to-front stage. */
export interface Groups {
  /** Occurrences of each symbol in each group, GROUP_STRIDE apart. */
  readonly counts: Uint8Array;
  /** Symbols in the block, end of block included. */
  symbolCount: number;
}

const ROUNDS = 4;
const MOST_CODES = 6;
/** Initial cost of a symbol in the code meant for it, and in the others. */
const LOW_COST = 0;
const HIGH_COST = 15;
/** One integer sums the costs of three codes: 50 symbols of at most 17 bits are below 2^10. */
const FIELD_BITS = 10;
const FIELD_MASK = (1 << FIELD_BITS) - 1;

function codesFor(symbolCount: number): number {
  if (symbolCount < 200) return 2;
  if (symbolCount < 600) return 3;
  if (symbolCount < 1200) return 4;
  if (symbolCount < 2400) return 5;
  return MOST_CODES;
}

export class CodingTables {
  readonly #builder = new CodeBuilder(GROUP_STRIDE);
  /** Code lengths, and occurrences in the groups that chose the code; GROUP_STRIDE a code. */
  readonly #lengths = new Int32Array(MOST_CODES * GROUP_STRIDE);
  readonly #frequencies = new Int32Array(MOST_CODES * GROUP_STRIDE);
  readonly #totals = new Int32Array(GROUP_STRIDE);
  readonly #costsLow = new Int32Array(GROUP_STRIDE);
  readonly #costsHigh = new Int32Array(GROUP_STRIDE);
  readonly #choices: Uint8Array;

  constructor(mostGroups: number) {
    this.#choices = new Uint8Array(mostGroups);
  }

  /** Counts bits for the number of codes, the choices, the codes and the symbols, of which `alphabet` are in use. */
  bits(groups: Groups, alphabet: number): number {
    const groupCount = Math.ceil(groups.symbolCount / GROUP_SIZE);
    const codeCount = codesFor(groups.symbolCount);
    this.#startLengths(groups.counts, groupCount, codeCount, alphabet, groups.symbolCount);
    for (let round = 0; round < ROUNDS; round++) {
      this.#frequencies.fill(0);
      this.#chooseCodes(groups.counts, groupCount, codeCount, alphabet);
      for (let code = 0; code < codeCount; code++) {
        this.#builder.build(this.#frequencies, this.#lengths, code * GROUP_STRIDE, alphabet);
      }
    }
    // 3 bits number the codes, 15 the groups.
    return 3 + 15 + this.#choiceBits(groupCount, codeCount) + this.#codeBits(codeCount, alphabet);
  }

  /** Cuts the alphabet into one range a code, each with about the same share of the symbols. */
  #startLengths(
    counts: Uint8Array,
    groupCount: number,
    codeCount: number,
    alphabet: number,
    symbolCount: number,
  ): void {
    const totals = this.#totals.fill(0);
    for (let base = 0; base < groupCount * GROUP_STRIDE; base += GROUP_STRIDE) {
      for (let symbol = 0; symbol < alphabet; symbol++) totals[symbol]! += counts[base + symbol]!;
    }
    let left = symbolCount;
    let first = 0;
    for (let part = codeCount; part > 0; part--) {
      const target = Math.trunc(left / part);
      let last = first - 1;
      let sum = 0;
      while (sum < target && last < alphabet - 1) sum += totals[++last]!;
      // Every second range, save the outer ones, stays below its share.
      if (last > first && part !== codeCount && part !== 1 && (codeCount - part) % 2 === 1)
        sum -= totals[last--]!;
      for (let symbol = 0; symbol < alphabet; symbol++) {
        const inside = symbol >= first && symbol <= last;
        this.#lengths[(part - 1) * GROUP_STRIDE + symbol] = inside ? LOW_COST : HIGH_COST;
      }
      first = last + 1;
      left -= sum;
    }
  }

  /** Gives each group its cheapest code, the first of equals, and counts the symbols that each code then writes. */
  #chooseCodes(counts: Uint8Array, groupCount: number, codeCount: number, alphabet: number): void {
    const lengths = this.#lengths;
    const frequencies = this.#frequencies;
    const costsLow = this.#costsLow;
    const costsHigh = this.#costsHigh;
    const choices = this.#choices;
    const sumOf = (code: number, symbol: number) => lengths[code * GROUP_STRIDE + symbol]!;
    for (let symbol = 0; symbol < alphabet; symbol++) {
      costsLow[symbol] =
        sumOf(0, symbol) | (sumOf(1, symbol) << FIELD_BITS) | (sumOf(2, symbol) << (2 * FIELD_BITS));
      costsHigh[symbol] =
        sumOf(3, symbol) | (sumOf(4, symbol) << FIELD_BITS) | (sumOf(5, symbol) << (2 * FIELD_BITS));
    }
    for (let group = 0; group < groupCount; group++) {
      const base = group * GROUP_STRIDE;
      let low = 0;
      let high = 0;
      for (let symbol = 0; symbol < alphabet; symbol++) {
        const count = counts[base + symbol]!;
        low += Math.imul(count, costsLow[symbol]!);
        high += Math.imul(count, costsHigh[symbol]!);
      }
      let choice = 0;
      let cost = low & FIELD_MASK;
      for (let code = 1; code < codeCount; code++) {
        const other = ((code < 3 ? low : high) >>> ((code < 3 ? code : code - 3) * FIELD_BITS)) & FIELD_MASK;
        if (other < cost) {
          cost = other;
          choice = code;
        }
      }
      choices[group] = choice;
      const frequencyBase = choice * GROUP_STRIDE;
      for (let symbol = 0; symbol < alphabet; symbol++) {
        frequencies[frequencyBase + symbol]! += counts[base + symbol]!;
      }
    }
  }

  /** Counts bits for the choices, each written in unary as its place in a move-to-front list. */
  #choiceBits(groupCount: number, codeCount: number): number {
    const recent = Uint8Array.from({ length: codeCount }, (_, code) => code);
    let bits = groupCount;
    for (let group = 0; group < groupCount; group++) {
      const choice = this.#choices[group]!;
      let moved = recent[0]!;
      let place = 0;
      while (moved !== choice) {
        const next = recent[++place]!;
        recent[place] = moved;
        moved = next;
      }
      recent[0] = choice;
      bits += place;
    }
    return bits;
  }

  /** Counts bits for the codes (5, then 2 for each step of length up or down and 1 a symbol) and for the symbols. */
  #codeBits(codeCount: number, alphabet: number): number {
    let bits = 0;
    for (let code = 0; code < codeCount; code++) {
      const base = code * GROUP_STRIDE;
      let current = this.#lengths[base]!;
      bits += 5;
      for (let symbol = 0; symbol < alphabet; symbol++) {
        const length = this.#lengths[base + symbol]!;
        bits += 2 * Math.abs(length - current) + 1;
        bits += length * this.#frequencies[base + symbol]!;
        current = length;
      }
    }
    return bits;
  }
}
