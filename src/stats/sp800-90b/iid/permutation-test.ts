/**
 * Permutation testing, SP 800-90B §5.1: the statistics of the data against those of 10,000 permutations, which are as
 * likely as the data themselves if these are IID.
 */

import { type NotApplicable, notApplicable } from "../estimate.ts";
import type { IidData } from "./iid-data.ts";
import type { IidLoops } from "./iid-loops.ts";
import { type Outcomes, type PermutationCounts, PermutationTally } from "./permutation-tally.ts";
import { DEFAULT_SEED, PERMUTATIONS_PER_CHUNK, Permutations, type StatisticFlags } from "./permutations.ts";
import { reasonAgainst, STATISTICS, type StatisticId } from "./statistics.ts";

/** §5.1, Figure 4. */
export const PERMUTATIONS = 10_000;

export interface PermutationOptions {
  /** 0 … 2^32 − 1; the same seed gives the same permutations. Default: 0x90b. */
  readonly seed?: number;
  /**
   * A multiple of 20; default 10,000. With fewer the rule of at most 5 rare outcomes stays, so IID data fail more
   * often: for a quick look, not for the standard's verdict.
   */
  readonly permutations?: number;
  /** Default: the plain ones. */
  readonly loops?: IidLoops;
}

export interface PermutationProgress {
  /** Permutations measured. */
  readonly done: number;
  /** Statistics that have passed. */
  readonly passed: number;
}

/** How permutations are measured, in this thread or in others. */
export interface Measuring {
  /**
   * Measures one chunk of permutations: those statistics that `wanted` has a 1 for. Chunks may be measured in any
   * order and at once.
   */
  readonly measure: (chunk: number, wanted: StatisticFlags) => Promise<Outcomes>;
  /** Chunks under way at once, at least 1. */
  readonly ahead: number;
  /**
   * Measure compression, by far the dearest statistic, even if another one has failed. The verdict is the same
   * without; compression is then left open.
   */
  readonly complete: boolean;
  readonly permutations?: number;
  /** Called after each chunk. */
  readonly onProgress?: (progress: PermutationProgress) => void;
}

export interface StatisticResult extends PermutationCounts {
  /** The statistic of the data. */
  readonly original: number;
  /** Null if open. */
  readonly passed: boolean | null;
}

export interface PermutationResult {
  readonly kind: "permutation";
  readonly seed: number;
  /** Permutations measured; no more than it took to decide all statistics. */
  readonly permutations: number;
  readonly statistics: Readonly<Record<StatisticId, StatisticResult>>;
  /** False if a statistic failed; null if none did but some are open. */
  readonly passed: boolean | null;
}

const COMPRESSION = STATISTICS.indexOf("compression");

/**
 * Measures chunk after chunk until every statistic has passed, or to the end. Returns an empty tally if the test does
 * not apply to the data.
 *
 * @throws RangeError if `permutations` is not a multiple of the chunk; what `measure` throws
 */
export async function countPermutations(
  data: Pick<IidData, "symbols" | "alphabetSize">,
  measuring: Measuring,
): Promise<PermutationTally> {
  const tally = new PermutationTally();
  const chunks = requireChunks(measuring.permutations);
  if (reasonAgainst(data) !== undefined) return tally;
  const isCheap = STATISTICS.map((_, statistic) => statistic !== COMPRESSION);
  const phases = measuring.complete ? [isCheap.map(() => true)] : [isCheap, isCheap.map((cheap) => !cheap)];
  for (const wanted of phases) {
    const open = () => Uint8Array.from(wanted, (one, i) => (one && !tally.isDecided(i) ? 1 : 0));
    await countPhase(open, tally, chunks, measuring);
    if (open().includes(1)) break; // it failed
  }
  return tally;
}

async function countPhase(
  open: () => StatisticFlags,
  tally: PermutationTally,
  chunks: number,
  { measure, ahead, onProgress }: Measuring,
): Promise<void> {
  const start = (chunk: number) => {
    const outcomes = measure(chunk, open());
    outcomes.catch(() => {}); // thrown where it is awaited, if it is
    return outcomes;
  };
  const running: ReturnType<typeof measure>[] = [];
  for (let chunk = 0; chunk < chunks && open().includes(1); chunk++) {
    while (running.length < Math.min(chunks, chunk + ahead)) running.push(start(running.length));
    // In the order of the chunks: the counts are then the same wherever they were measured.
    tally.add(await running[chunk]!);
    const passed = STATISTICS.filter((_, statistic) => tally.isDecided(statistic)).length;
    onProgress?.({ done: (chunk + 1) * PERMUTATIONS_PER_CHUNK, passed });
  }
}

/** @throws RangeError if an option is out of range */
export function permutationTest(
  data: IidData,
  tally: PermutationTally,
  { seed = DEFAULT_SEED, permutations: most = PERMUTATIONS, loops }: PermutationOptions = {},
): PermutationResult | NotApplicable {
  requireChunks(most);
  const reason = reasonAgainst(data);
  if (reason !== undefined) return notApplicable(reason);
  const { original } = new Permutations(data, seed, loops);

  const verdict = (statistic: number) =>
    tally.isDecided(statistic) ? true : tally.total(statistic) >= most ? false : null;
  const verdicts = STATISTICS.map((_, statistic) => verdict(statistic));
  const statistics = Object.fromEntries(
    STATISTICS.map((id, statistic) => [
      id,
      { original: original[statistic]!, ...tally.counts(statistic), passed: verdict(statistic) },
    ]),
  ) as Record<StatisticId, StatisticResult>;
  return {
    kind: "permutation",
    seed,
    permutations: STATISTICS.reduce((max, _, statistic) => Math.max(max, tally.total(statistic)), 0),
    statistics,
    passed: verdicts.includes(false) ? false : verdicts.includes(null) ? null : true,
  };
}

function requireChunks(permutations = PERMUTATIONS): number {
  const chunks = permutations / PERMUTATIONS_PER_CHUNK;
  if (!Number.isInteger(chunks) || chunks < 1) {
    throw new RangeError(`permutations must be a multiple of ${PERMUTATIONS_PER_CHUNK}, not ${permutations}`);
  }
  return chunks;
}
