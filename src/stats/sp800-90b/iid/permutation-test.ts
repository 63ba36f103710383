/**
 * Permutation testing, SP 800-90B §5.1: the statistics of the data against those of 10,000 permutations, which are as
 * likely as the data themselves if these are IID.
 */

import { type NotApplicable, notApplicable } from "../estimate.ts";
import type { IidData } from "./iid-data.ts";
import { type PermutationCounts, PermutationTally } from "./permutation-tally.ts";
import {
  ALL_STATISTICS,
  DEFAULT_SEED,
  PERMUTATIONS_PER_CHUNK,
  Permutations,
  type StatisticFlags,
} from "./permutations.ts";
import { reasonAgainst, STATISTICS, type StatisticId } from "./statistics.ts";

/** §5.1, Figure 4. */
const PERMUTATIONS = 10_000;

export interface PermutationOptions {
  /** 0 … 2^32 − 1; the same seed gives the same permutations. Default: 0x90b. */
  readonly seed?: number;
  /**
   * A multiple of 20; default 10,000. With fewer the rule of at most 5 rare outcomes stays, so IID data fail more
   * often: for a quick look, not for the standard's verdict.
   */
  readonly permutations?: number;
  /**
   * Measure compression, by far the dearest statistic, only if no other one fails. The verdict is the same;
   * compression is then left open for data that fail.
   */
  readonly verdictOnly?: boolean;
  /**
   * Counts made elsewhere, in Workers for instance, of all statistics over the same permutations: until each was
   * decided, or over all. None are then made here.
   */
  readonly tally?: PermutationTally;
  /** Called after each permutation. */
  readonly onProgress?: (progress: PermutationProgress) => void;
  /** Asked after each permutation; true ends the test, and what is not decided by then stays open. */
  readonly shouldStop?: () => boolean;
}

export interface PermutationProgress {
  /** Permutations measured. */
  readonly done: number;
  /** As many as there will be if some statistic is not decided before. */
  readonly most: number;
  /** Statistics that have passed. */
  readonly passed: number;
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

/** @throws RangeError if an option is out of range */
export function permutationTest(
  data: IidData,
  options: PermutationOptions = {},
): PermutationResult | NotApplicable {
  const { seed = DEFAULT_SEED, permutations: most = PERMUTATIONS } = options;
  if (!Number.isInteger(most) || most < 1 || most % PERMUTATIONS_PER_CHUNK !== 0) {
    throw new RangeError(`permutations must be a multiple of ${PERMUTATIONS_PER_CHUNK}, not ${most}`);
  }
  const reason = reasonAgainst(data);
  if (reason !== undefined) return notApplicable(reason);
  const permutations = new Permutations(data, seed);
  const tally = options.tally ?? countAll(permutations, most, options);

  const verdict = (statistic: number) =>
    tally.isDecided(statistic) ? true : tally.total(statistic) >= most ? false : null;
  const verdicts = STATISTICS.map((_, statistic) => verdict(statistic));
  const statistics = Object.fromEntries(
    STATISTICS.map((id, statistic) => [
      id,
      { original: permutations.original[statistic]!, ...tally.counts(statistic), passed: verdict(statistic) },
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

function countAll(permutations: Permutations, most: number, options: PermutationOptions): PermutationTally {
  const tally = new PermutationTally();
  const compression = STATISTICS.indexOf("compression");
  const cheap = ALL_STATISTICS.map((one, statistic) => (statistic === compression ? 0 : one));
  const dear = ALL_STATISTICS.map((_, statistic) => (statistic === compression ? 1 : 0));
  if (!options.verdictOnly) {
    count(permutations, most, ALL_STATISTICS, tally, options);
  } else if (count(permutations, most, cheap, tally, options)) {
    count(permutations, most, dear, tally, options);
  }
  return tally;
}

/** Measures chunk after chunk. Returns whether all wanted statistics have passed. */
function count(
  permutations: Permutations,
  most: number,
  wanted: StatisticFlags,
  tally: PermutationTally,
  { onProgress, shouldStop }: PermutationOptions,
): boolean {
  const allPassed = () => wanted.every((one, statistic) => one === 0 || tally.isDecided(statistic));
  let done = 0;
  let stopped = false;
  const afterEach = () => {
    done++;
    const passed = STATISTICS.filter((_, statistic) => tally.isDecided(statistic)).length;
    onProgress?.({ done, most, passed });
    stopped = shouldStop?.() ?? false;
    return stopped;
  };
  for (let chunk = 0; chunk < most / PERMUTATIONS_PER_CHUNK && !stopped && !allPassed(); chunk++) {
    tally.add(permutations.chunk(chunk, tally, wanted, afterEach));
  }
  return allPassed();
}
