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

/** Permutations as they were measured. */
export interface Measured {
  /** The statistics of the data. */
  readonly original: Float64Array;
  readonly outcomes: Outcomes;
}

/** A tally as plain data, for another thread. */
export interface TallySnapshot {
  /** Undefined as long as nothing was measured. */
  readonly original: Float64Array | undefined;
  /** By statistic and outcome. */
  readonly counts: Int32Array;
}

const OUTCOMES = LESS + 1;

export class PermutationTally {
  #original: Float64Array | undefined;
  readonly #counts: Int32Array;

  /** @param snapshot of another tally, which this one goes on from */
  constructor(snapshot?: TallySnapshot) {
    this.#original = snapshot?.original;
    this.#counts = snapshot?.counts.slice() ?? new Int32Array(STATISTICS.length * OUTCOMES);
  }

  get snapshot(): TallySnapshot {
    return { original: this.#original, counts: this.#counts.slice() };
  }

  /** The statistics of the data; undefined as long as nothing was measured. */
  get original(): Float64Array | undefined {
    return this.#original;
  }

  /** Takes outcomes in the order of the permutations. A decided statistic is counted no further, as in NIST's program. */
  add({ original, outcomes }: Measured): void {
    this.#original = original;
    for (let i = 0; i < outcomes.length; i++) {
      const statistic = i % STATISTICS.length;
      if (outcomes[i] !== UNKNOWN && !this.isDecided(statistic)) {
        this.#counts[statistic * OUTCOMES + outcomes[i]!]!++;
      }
    }
  }

  /** True if a statistic has passed, whatever permutations follow. */
  isDecided(statistic: number): boolean {
    const { greater, equal, less } = this.counts(statistic);
    return greater + equal > RARE && equal + less > RARE;
  }

  /** Permutations counted for a statistic. */
  total(statistic: number): number {
    const { greater, equal, less } = this.counts(statistic);
    return greater + equal + less;
  }

  counts(statistic: number): PermutationCounts {
    const at = (outcome: number) => this.#counts[statistic * OUTCOMES + outcome]!;
    return { greater: at(GREATER), equal: at(EQUAL), less: at(LESS) };
  }
}
