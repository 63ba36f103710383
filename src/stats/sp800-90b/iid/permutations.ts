/**
 * Permutations of the data and their statistics. A permutation depends only on the data, the seed and its number: the counts are
 * the same whichever threads measure them, and in whatever portions.
 */

import type { IidData } from "./iid-data.ts";
import { type IidLoops, PLAIN_IID_LOOPS } from "./iid-loops.ts";
import { EQUAL, GREATER, LESS, type Measured, PermutationTally } from "./permutation-tally.ts";
import { seedGenerator } from "./shuffle.ts";
import { STATISTICS } from "./statistics.ts";

/** An arbitrary number that stays the same. */
export const DEFAULT_SEED = 0x90b;

/** By statistic: 1 for those to be measured, 0 for others. */
export type StatisticFlags = Uint8Array;

export const ALL_STATISTICS: StatisticFlags = new Uint8Array(STATISTICS.length).fill(1);

/** Permutations that are measured in one go. */
export interface Chunk {
  /** Number of the first one, from 0. */
  readonly first: number;
  readonly count: number;
}

export class Permutations {
  /** The statistics of the data, in the order of STATISTICS. */
  readonly original: Float64Array;
  readonly #data: IidData;
  readonly #loops: IidLoops;
  readonly #meter: ReturnType<IidLoops["meterFor"]>;
  readonly #seed: number;
  readonly #symbols: Uint8Array;

  /**
   * @param data to which the statistics apply, see `reasonAgainst`
   * @param original the statistics of the data, where they were measured already
   * @throws RangeError if the seed is not an integer from 0 to 2^32 − 1
   */
  constructor(data: IidData, seed = DEFAULT_SEED, loops = PLAIN_IID_LOOPS, original?: Float64Array) {
    if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
      throw new RangeError(`the seed must be an integer from 0 to 2^32 − 1, not ${seed}`);
    }
    this.#data = data;
    this.#seed = seed;
    this.#loops = loops;
    this.#meter = loops.meterFor(data);
    this.#symbols = new Uint8Array(data.symbols.length);
    this.original = original ?? new Float64Array(STATISTICS.length);
    if (!original) this.#meter.measure(data.symbols, ALL_STATISTICS, this.original);
  }

  /**
   * Measures a chunk. A statistic that earlier permutations or the chunk itself decide is not measured further, since no more
   * permutations can undecide it.
   *
   * @param earlier tally of permutations before the chunk; of all of them or of some
   */
  measure({ first, count }: Chunk, wanted = ALL_STATISTICS, earlier?: PermutationTally): Measured {
    const tally = new PermutationTally(earlier?.snapshot);
    const outcomes = new Uint8Array(count * STATISTICS.length);
    const values = new Float64Array(STATISTICS.length);
    for (let i = 0; i < count; i++) {
      const open = wanted.map((one, statistic) => (tally.isDecided(statistic) ? 0 : one));
      if (!open.includes(1)) break;
      this.#symbols.set(this.#data.symbols);
      this.#loops.shuffle(this.#symbols, seedGenerator(this.#seed, first + i));
      this.#meter.measure(this.#symbols, open, values);
      const row = outcomes.subarray(i * STATISTICS.length, (i + 1) * STATISTICS.length);
      for (let statistic = 0; statistic < STATISTICS.length; statistic++) {
        if (open[statistic] === 0) continue;
        const value = values[statistic]!;
        const original = this.original[statistic]!;
        row[statistic] = value > original ? GREATER : value === original ? EQUAL : LESS;
      }
      tally.add({ original: this.original, outcomes: row });
    }
    return { original: this.original, outcomes };
  }
}
