/** The permutation test of SP 800-90B §5.1 shared out among threads: the same counts as in one. */
import {
  countPermutations,
  type IidData,
  type Measuring,
  type PermutationTally,
} from "../../stats/sp800-90b/iid/index.ts";
import type { TestRunner } from "./test-threads.ts";

export interface PermutationRun extends Pick<Measuring, "complete" | "onProgress"> {
  /** As recorded, in memory that threads share. */
  readonly symbols: Uint8Array;
  readonly bitsPerSymbol: number;
}

let dataCount = 0;

export function countInThreads(
  data: Pick<IidData, "symbols" | "alphabetSize">,
  { symbols, bitsPerSymbol, ...measuring }: PermutationRun,
  threads: TestRunner,
): Promise<PermutationTally> {
  const number = dataCount++;
  return countPermutations(data, {
    ...measuring,
    ahead: threads.chunksAhead ?? threads.size,
    measure: (chunk, wanted, earlier) =>
      threads.run({ kind: "permutations", data: number, symbols, bitsPerSymbol, chunk, wanted, earlier }),
  });
}
