/** A family of tests of the battery for large data, and what it is made of. */
import type { DeepLoops } from "../../ffi/deep-loops.ts";

export interface Family {
  /** Kebab-case, stable: reports and state files have it. */
  readonly id: string;
  readonly title: string;
  /** Tells in words for what it looks, as "lattices of linear congruential generators"; reports list it. The title by default. */
  readonly looksFor?: string;
  /** Raised with each change to what the states of its parts hold or mean, from 1 on (default): older state files are then refused. */
  readonly version?: number;
  /** Parts that work beside each other: each sees all bytes of the stream. Their number and order never depend on data or machine. */
  parts(loops: DeepLoops): readonly Part[];
}

export interface Part {
  /** Unique in its family, kebab-case. */
  readonly id: string;
  /** Size of its state, in which there is no pointer: it is written to files. Memory that is never touched costs nothing. */
  readonly stateBytes: number;
  /** Writes what a new state needs besides zeros. */
  prepare?(state: Uint8Array): void;
  /** Takes in the next bytes, a multiple of UNIT_BYTES, which begin at `offset` in the stream. */
  feed(state: Uint8Array, bytes: Uint8Array, offset: number): void;
  /**
   * Judges all bytes so far, `bytes` of them. Whether and when it is called makes no difference to what comes later. How many observations
   * there are, and of how many p-values each is the smallest, depends on `bytes` alone.
   */
  conclude(state: Uint8Array, bytes: number): readonly Observation[];
}

/** The outcome of one test, or the lowest of several of a kind. */
export interface Observation {
  /** Kebab-case, stable. */
  readonly test: string;
  /** Part of the data that was looked at, in words: "bit 0 of 32-bit words"; empty for all of them. */
  readonly lane: string;
  /** Units that were looked at: words, gaps, matrices. */
  readonly n: number;
  readonly statistic: number;
  /**
   * Chance that good data give this statistic or one more extreme, on whichever side the test looks: in (0, 1], or 0 where it is
   * smaller than a double can hold. P(p ≤ x) ≤ x for good data: where the law is discrete, or only bounded, p is too large, never too small.
   */
  readonly p: number;
  /** Number of p-values of which `p` is the smallest: 1 for a single test. */
  readonly among: number;
  /** Tells in words where a finding here would come from: "linear over GF(2): an LFSR, xorshift or Mersenne Twister". */
  readonly suspicion: string;
  /** How to see it for oneself, where one can: a sentence or a command. */
  readonly look?: string;
}
