/**
 * Permutations of the data and their statistics, in chunks that depend only on the data, the seed and their number: the
 * counts are the same whichever threads measure them.
 */

import type { IidData } from "./iid-data.ts";
import { type IidLoops, PLAIN_IID_LOOPS } from "./iid-loops.ts";
import { EQUAL, GREATER, LESS, type Outcomes, PermutationTally } from "./permutation-tally.ts";
import { seedGenerator } from "./shuffle.ts";
import { STATISTICS } from "./statistics.ts";

/** Few enough to waste little where a test is decided after some dozens. */
export const PERMUTATIONS_PER_CHUNK = 20;
/** An arbitrary number that stays the same. */
export const DEFAULT_SEED = 0x90b;

/** By statistic: 1 for those to be measured, 0 for others. */
export type StatisticFlags = Uint8Array;

export const ALL_STATISTICS: StatisticFlags = new Uint8Array(STATISTICS.length).fill(1);

export class Permutations {
  /** The statistics of the data, in the order of STATISTICS. */
  readonly original: Float64Array;
  readonly #data: IidData;
  readonly #loops: IidLoops;
  readonly #meter: ReturnType<IidLoops["meterFor"]>;
  readonly #seed: number;

  /**
   * @param data to which the statistics apply, see `reasonAgainst`
   * @throws RangeError if the seed is not an integer from 0 to 2^32 − 1
   */
  constructor(data: IidData, seed = DEFAULT_SEED, loops = PLAIN_IID_LOOPS) {
    if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
      throw new RangeError(`the seed must be an integer from 0 to 2^32 − 1, not ${seed}`);
    }
    this.#data = data;
    this.#seed = seed;
    this.#loops = loops;
    this.#meter = loops.meterFor(data);
    this.original = new Float64Array(STATISTICS.length);
    this.#meter.measure(data.symbols, ALL_STATISTICS, this.original);
  }

  /**
   * Measures one chunk. A statistic that the chunk itself decides is not measured further, since no more permutations
   * can undecide it.
   */
  chunk(index: number, wanted = ALL_STATISTICS): Outcomes {
    const counts = new PermutationTally();
    const symbols = this.#data.symbols.slice();
    const generator = seedGenerator(this.#seed, index);
    const outcomes = new Uint8Array(PERMUTATIONS_PER_CHUNK * STATISTICS.length);
    const values = new Float64Array(STATISTICS.length);
    for (let i = 0; i < PERMUTATIONS_PER_CHUNK; i++) {
      const open = wanted.map((one, statistic) => (counts.isDecided(statistic) ? 0 : one));
      if (!open.includes(1)) break;
      // As in §5.1, each permutation is shuffled from the one before.
      this.#loops.shuffle(symbols, generator);
      this.#meter.measure(symbols, open, values);
      const row = outcomes.subarray(i * STATISTICS.length, (i + 1) * STATISTICS.length);
      for (let statistic = 0; statistic < STATISTICS.length; statistic++) {
        if (open[statistic] === 0) continue;
        const value = values[statistic]!;
        const original = this.original[statistic]!;
        row[statistic] = value > original ? GREATER : value === original ? EQUAL : LESS;
      }
      counts.add(row);
    }
    return outcomes;
  }
}
