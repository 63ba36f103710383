/** The counters of SP 800-90B §5.1: how many permutations had a greater, an equal or a smaller statistic. */

import { STATISTICS } from "./statistics.ts";

/**
 * Permutation by permutation, how each statistic compares with that of the data: GREATER, EQUAL, LESS, or UNKNOWN where
 * it was not measured.
 */
export type Outcomes = Uint8Array;
export const UNKNOWN = 0;
export const GREATER = 1;
export const EQUAL = 2;
export const LESS = 3;

/** C₀, C₁ and C₂ of §5.1. */
export interface PermutationCounts {
  readonly greater: number;
  readonly equal: number;
  readonly less: number;
}

/**
 * §5.1 step 3: a statistic fails if no more than 5 of 10,000 permutations reached that of the data from above, or no
 * more than 5 from below.
 */
const RARE = 5;

/** By statistic and outcome. */
export type TallySnapshot = readonly Int32Array[];

export class PermutationTally {
  readonly #counts: readonly Int32Array[];

  /** @param snapshot of another tally, which this one goes on from */
  constructor(snapshot?: TallySnapshot) {
    this.#counts = Array.from(STATISTICS, (_, i) => snapshot?.[i]?.slice() ?? new Int32Array(LESS + 1));
  }

  /** The counts as plain data, for another thread. */
  get snapshot(): TallySnapshot {
    return this.#counts.map((counts) => counts.slice());
  }

  /**
   * Takes outcomes in the order of the permutations, so chunks in that of their numbers. A decided statistic is counted
   * no further, as in NIST's program.
   */
  add(outcomes: Outcomes): void {
    for (let i = 0; i < outcomes.length; i++) {
      const statistic = i % STATISTICS.length;
      if (outcomes[i] !== UNKNOWN && !this.isDecided(statistic)) this.#counts[statistic]![outcomes[i]!]!++;
    }
  }

  /** True if a statistic has passed, whatever permutations follow. */
  isDecided(statistic: number): boolean {
    const counts = this.#counts[statistic]!;
    return counts[GREATER]! + counts[EQUAL]! > RARE && counts[EQUAL]! + counts[LESS]! > RARE;
  }

  /** Permutations counted for a statistic. */
  total(statistic: number): number {
    const { greater, equal, less } = this.counts(statistic);
    return greater + equal + less;
  }

  counts(statistic: number): PermutationCounts {
    const counts = this.#counts[statistic]!;
    return { greater: counts[GREATER]!, equal: counts[EQUAL]!, less: counts[LESS]! };
  }
}
