/**
 * Permutation testing, SP 800-90B §5.1: the statistics of the data against those of 10,000 permutations, which are as
 * likely as the data themselves if these are IID.
 */

import { type NotApplicable, notApplicable } from "../estimate.ts";
import type { IidData } from "./iid-data.ts";
import type { IidLoops } from "./iid-loops.ts";
import {
  type Measured,
  type PermutationCounts,
  PermutationTally,
  type TallySnapshot,
} from "./permutation-tally.ts";
import { type Chunk, DEFAULT_SEED, Permutations, type StatisticFlags } from "./permutations.ts";
import { reasonAgainst, STATISTICS, type StatisticId } from "./statistics.ts";

/** §5.1, Figure 4. */
export const PERMUTATIONS = 10_000;

export interface PermutationOptions {
  /** 0 … 2^32 − 1; the same seed gives the same permutations. Default: 0x90b. */
  readonly seed?: number;
  /**
   * Default: 10,000. With fewer the rule of at most 5 rare outcomes stays, so IID data fail more
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
   * Measures one chunk of permutations: those statistics that `wanted` has a 1 for, unless the earlier permutations in the tally
   * decide them. Chunks may be measured in any order and at once; the statistics of the data where the tally has them not.
   */
  readonly measure: (chunk: Chunk, wanted: StatisticFlags, earlier: TallySnapshot) => Promise<Measured>;
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
 * Symbols to permute in a chunk: few enough to measure little in vain where a statistic is decided meanwhile, and enough to
 * outweigh handing the chunk over. Compression takes about ten times as long as all the rest.
 */
const SYMBOLS_PER_CHUNK = 2 ** 22;
const SYMBOLS_TO_COMPRESS = 2 ** 20;
const MOST_PER_CHUNK = 100;

/**
 * Measures chunk after chunk until every statistic has passed, or to the end. Returns an empty tally if the test does
 * not apply to the data.
 *
 * @throws RangeError if `permutations` is not a positive integer; what `measure` throws
 */
export async function countPermutations(
  data: Pick<IidData, "symbols" | "alphabetSize">,
  measuring: Measuring,
): Promise<PermutationTally> {
  const tally = new PermutationTally();
  requirePermutations(measuring.permutations);
  if (reasonAgainst(data) !== undefined) return tally;
  const isCheap = STATISTICS.map((_, statistic) => statistic !== COMPRESSION);
  const phases = measuring.complete ? [isCheap.map(() => true)] : [isCheap, isCheap.map((cheap) => !cheap)];
  for (const wanted of phases) {
    const open = () => Uint8Array.from(wanted, (one, i) => (one && !tally.isDecided(i) ? 1 : 0));
    await countPhase(open, tally, data.symbols.length, measuring);
    if (open().includes(1)) break; // it failed
  }
  return tally;
}

async function countPhase(
  open: () => StatisticFlags,
  tally: PermutationTally,
  symbols: number,
  { measure, ahead, permutations = PERMUTATIONS, onProgress }: Measuring,
): Promise<void> {
  const running: { readonly end: number; readonly measured: Promise<Measured> }[] = [];
  let started = 0;
  const start = () => {
    const wanted = open();
    const atOnce = Math.floor(
      (wanted[COMPRESSION] === 1 ? SYMBOLS_TO_COMPRESS : SYMBOLS_PER_CHUNK) / symbols,
    );
    const count = Math.min(Math.max(1, atOnce), MOST_PER_CHUNK, permutations - started);
    const measured = measure({ first: started, count }, wanted, tally.snapshot);
    measured.catch(() => {}); // thrown where it is awaited, if it is
    started += count;
    running.push({ end: started, measured });
  };
  for (let done = 0; done < permutations && open().includes(1); ) {
    // The first chunk is alone: it measures the data too, for all.
    while (started < permutations && running.length < (tally.original ? ahead : 1)) start();
    // In the order of the permutations: the counts are then the same wherever they were measured.
    const { end, measured } = running.shift()!;
    tally.add(await measured);
    done = end;
    const passed = STATISTICS.filter((_, statistic) => tally.isDecided(statistic)).length;
    onProgress?.({ done, passed });
  }
}

/** @throws RangeError if an option is out of range */
export function permutationTest(
  data: IidData,
  tally: PermutationTally,
  { seed = DEFAULT_SEED, permutations: most = PERMUTATIONS, loops }: PermutationOptions = {},
): PermutationResult | NotApplicable {
  requirePermutations(most);
  const reason = reasonAgainst(data);
  if (reason !== undefined) return notApplicable(reason);
  const { original } = new Permutations(data, seed, loops, tally.original);

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

function requirePermutations(permutations = PERMUTATIONS): void {
  if (!Number.isInteger(permutations) || permutations < 1) {
    throw new RangeError(`permutations must be a positive integer, not ${permutations}`);
  }
}
