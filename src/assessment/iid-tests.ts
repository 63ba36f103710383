/** The tests of the IID assumption, SP 800-90B §5, of data and of the rows and columns of restarts, shared out among threads. */
import { countInThreads } from "../report/threads/permutation-threads.ts";
import { TRUNCATED_BITS } from "../report/threads/test-tasks.ts";
import type { TestThreads } from "../report/threads/test-threads.ts";
import {
  assessIid,
  type IidAssessment,
  iidData,
  mostCommonBit,
  PERMUTATIONS,
  STATISTICS,
} from "../stats/sp800-90b/iid/index.ts";
import {
  ALL_EQUAL,
  type Assessment,
  byEstimator,
  type ConditionedAssessment,
} from "../stats/sp800-90b/index.ts";

export type IidTests = Pick<
  IidAssessment,
  "passed" | "independence" | "goodnessOfFit" | "longestRepeat" | "permutation"
>;

export interface IidRun {
  readonly bitsPerSymbol: number;
  /** Measure every permutation, also where the verdict needs no more of them. */
  readonly details: boolean;
  readonly onProgress: (text: string) => void;
}

/** @param symbols in shared memory @param of "rows" and the like, for the progress line */
export async function testIid(
  symbols: Uint8Array,
  run: IidRun,
  threads: TestThreads,
  of?: string,
): Promise<IidTests> {
  const { passed, independence, goodnessOfFit, longestRepeat, permutation } = await measure(
    symbols,
    run,
    threads,
    {},
    of,
  );
  return { passed, independence, goodnessOfFit, longestRepeat, permutation };
}

/**
 * Assesses data as IID: the most common value, and the tests that must find nothing against it. Of conditioned data only the bits are
 * estimated; the tests are of the symbols all the same, as in NIST's program.
 */
export async function assessIidTrack(
  symbols: Uint8Array,
  run: IidRun & { readonly conditioned: boolean; readonly truncate: boolean },
  threads: TestThreads,
): Promise<(Assessment | ConditionedAssessment) & { readonly iid: IidTests }> {
  const { bitsPerSymbol, conditioned, truncate } = run;
  const truncateBitString = truncate ? TRUNCATED_BITS : undefined;
  const { independence, goodnessOfFit, longestRepeat, permutation, passed, ...rest } = await measure(
    symbols,
    run,
    threads,
    { truncateBitString },
  );
  const isEmpty = rest.alphabetSize < 2;
  const common = {
    ...rest,
    remarks: isEmpty ? [ALL_EQUAL] : [],
    iid: { passed, independence, goodnessOfFit, longestRepeat, permutation },
  };
  const withMcv = (mcv: Assessment["estimators"]["mcv"]) => byEstimator((id) => (id === "mcv" ? mcv : {}));
  if (conditioned) {
    const hBitstring = isEmpty ? 0 : mostCommonBit(symbols, bitsPerSymbol, truncateBitString);
    const estimators = withMcv({ bitstring: isEmpty ? null : hBitstring });
    return { ...common, estimators, hOriginal: null, hBitstring, minEntropy: bitsPerSymbol * hBitstring };
  }
  const { hOriginal, hBitstring } = rest;
  return {
    ...common,
    estimators: withMcv({
      original: isEmpty ? null : hOriginal,
      ...(hBitstring === null ? {} : { bitstring: hBitstring }),
    }),
  };
}

async function measure(
  symbols: Uint8Array,
  { bitsPerSymbol, details, onProgress }: IidRun,
  threads: TestThreads,
  options: { readonly truncateBitString?: number | undefined },
  of?: string,
): Promise<IidAssessment> {
  const doing = of === undefined ? "permutations" : `permutations of the ${of}`;
  const tally = await countInThreads(
    iidData(symbols, bitsPerSymbol),
    {
      symbols,
      bitsPerSymbol,
      complete: details,
      onProgress: ({ done, passed }) =>
        onProgress(
          `${doing}: ${done} of at most ${PERMUTATIONS} measured, ${passed} of ${STATISTICS.length} statistics passed`,
        ),
    },
    threads,
  );
  return assessIid(symbols, bitsPerSymbol, tally, options);
}
