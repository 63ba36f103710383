/** The permutation test of SP 800-90B §5.1 shared out among threads: the same counts as in one. */
import {
  type IidData,
  PERMUTATIONS_PER_CHUNK,
  PermutationTally,
  STATISTICS,
} from "../../stats/sp800-90b/iid/index.ts";
import { reasonAgainst } from "../../stats/sp800-90b/iid/statistics.ts";
import type { PermutationTask } from "./test-tasks.ts";
import type { TestThreads } from "./test-threads.ts";

export interface PermutationRun {
  /** As recorded, in memory that threads share. */
  readonly symbols: Uint8Array;
  readonly bitsPerSymbol: number;
  /**
   * Measure compression, by far the dearest statistic, even if another one has failed already. The verdict is the same
   * without.
   */
  readonly complete: boolean;
  readonly onProgress: (progress: { readonly done: number; readonly passed: number }) => void;
}

/** §5.1, Figure 4. */
export const PERMUTATIONS = 10_000;

const COMPRESSION = STATISTICS.indexOf("compression");
let dataCount = 0;

/** Counts until every statistic has passed, or to the end. An empty tally if the test does not apply to the data. */
export async function countPermutations(
  data: IidData,
  run: PermutationRun,
  threads: TestThreads,
): Promise<PermutationTally> {
  const tally = new PermutationTally();
  if (reasonAgainst(data) !== undefined) return tally;
  const number = dataCount++;
  const isCheap = STATISTICS.map((_, statistic) => statistic !== COMPRESSION);
  const phases = run.complete ? [isCheap.map(() => true)] : [isCheap, isCheap.map((cheap) => !cheap)];
  for (const wanted of phases) {
    const open = () => wanted.map((one, statistic) => one && !tally.isDecided(statistic));
    await countPhase(open, tally, number, run, threads);
    if (open().includes(true)) break; // it failed
  }
  return tally;
}

async function countPhase(
  open: () => boolean[],
  tally: PermutationTally,
  data: number,
  run: PermutationRun,
  threads: TestThreads,
): Promise<void> {
  const { symbols, bitsPerSymbol } = run;
  const measure = (chunk: number) => {
    // Tallied in the order of the chunks; what is decided by then need not be measured.
    const task: PermutationTask = {
      kind: "permutations",
      data,
      symbols,
      bitsPerSymbol,
      chunk,
      wanted: Uint8Array.from(open(), Number),
    };
    const outcomes = threads.run(task);
    outcomes.catch(() => {}); // heard of when it is awaited, if it is
    return outcomes;
  };
  const chunks = PERMUTATIONS / PERMUTATIONS_PER_CHUNK;
  const running: ReturnType<typeof measure>[] = [];
  for (let chunk = 0; chunk < chunks && open().includes(true); chunk++) {
    while (running.length < chunks && running.length < chunk + threads.size)
      running.push(measure(running.length));
    tally.add(await running[chunk]!);
    const passed = STATISTICS.filter((_, statistic) => tally.isDecided(statistic)).length;
    run.onProgress({ done: (chunk + 1) * PERMUTATIONS_PER_CHUNK, passed });
  }
}
