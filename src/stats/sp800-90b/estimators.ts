/** The ten estimators of SP 800-90B §6.3, in the standard's order. */

import { collision } from "./collision.ts";
import { compression } from "./compression.ts";
import type { EstimatorResult, Sequence } from "./estimate.ts";
import { lag } from "./lag.ts";
import type { Loops } from "./loops.ts";
import { longestRepeatedSubstring } from "./lrs.ts";
import { lz78y } from "./lz78y.ts";
import { markov } from "./markov.ts";
import { mostCommonValue } from "./most-common-value.ts";
import { multiMcw } from "./multi-mcw.ts";
import { multiMmc } from "./multi-mmc.ts";
import type { Repeats } from "./repeats.ts";
import { tTuple } from "./t-tuple.ts";

/** Written out, as the library's types need it. */
export type EstimatorId =
  | "mcv"
  | "collision"
  | "markov"
  | "compression"
  | "tTuple"
  | "lrs"
  | "multiMcw"
  | "lag"
  | "multiMmc"
  | "lz78y";

interface Estimator {
  readonly id: EstimatorId;
  readonly title: string;
  readonly section: string;
  /** Defined for sequences of bits alone. */
  readonly bitsOnly?: true;
  /** @param repeats of the sequence, which two estimators share */
  readonly run: (sequence: Sequence, repeats: Repeats, loops: Loops) => EstimatorResult;
}

export const ESTIMATORS: readonly Estimator[] = [
  {
    id: "mcv",
    section: "6.3.1",
    title: "Most common value",
    run: (sequence, _, loops) => mostCommonValue(sequence, loops.countSymbols),
  },
  {
    id: "collision",
    section: "6.3.2",
    title: "Collision",
    bitsOnly: true,
    run: (sequence, _, loops) => collision(sequence, loops.countWaits),
  },
  {
    id: "markov",
    section: "6.3.3",
    title: "Markov",
    bitsOnly: true,
    run: (sequence, _, loops) => markov(sequence, loops.countSteps),
  },
  {
    id: "compression",
    section: "6.3.4",
    title: "Compression",
    bitsOnly: true,
    run: (sequence, _, loops) => compression(sequence, loops.countDistances),
  },
  { id: "tTuple", section: "6.3.5", title: "t-tuple", run: tTuple },
  { id: "lrs", section: "6.3.6", title: "Longest repeated substring", run: longestRepeatedSubstring },
  {
    id: "multiMcw",
    section: "6.3.7",
    title: "MultiMCW prediction",
    run: (sequence, _, loops) => multiMcw(sequence, loops.multiMcw),
  },
  {
    id: "lag",
    section: "6.3.8",
    title: "Lag prediction",
    run: (sequence, _, loops) => lag(sequence, loops.lag),
  },
  {
    id: "multiMmc",
    section: "6.3.9",
    title: "MultiMMC prediction",
    run: (sequence, _, loops) => multiMmc(sequence, loops.multiMmc),
  },
  {
    id: "lz78y",
    section: "6.3.10",
    title: "LZ78Y prediction",
    run: (sequence, _, loops) => lz78y(sequence, loops.lz78y),
  },
];

/** A value for each estimator. */
export function byEstimator<T>(make: (id: EstimatorId) => T): Record<EstimatorId, T> {
  return Object.fromEntries(ESTIMATORS.map(({ id }) => [id, make(id)])) as Record<EstimatorId, T>;
}

/** The sequences that are assessed: the symbols, in bits per symbol, and their binary digits, in bits per bit. */
export const TRACKS = ["original", "bitstring"] as const;
export type Track = (typeof TRACKS)[number];
