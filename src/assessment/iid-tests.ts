/** The tests of the IID assumption, SP 800-90B §5, of data and of the rows and columns of restarts, shared out among threads. */
import { countInThreads } from "../report/threads/permutation-threads.ts";
import type { TestRunner } from "../report/threads/test-threads.ts";
import { type IidAssessment, PERMUTATIONS, STATISTICS } from "../stats/sp800-90b/iid/index.ts";
import {
  ALL_EQUAL,
  type Assessment,
  alphabetSizeOf,
  byEstimator,
  type ConditionedAssessment,
} from "../stats/sp800-90b/index.ts";

export type IidTests = Pick<
  IidAssessment,
  "passed" | "independence" | "goodnessOfFit" | "longestRepeat" | "permutation"
>;

/** Leaves an assessment open: too few symbols of a kind for a χ² test, for one. */
export const NOT_ALL_MADE = "a test of the IID assumption could not be made";

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
  threads: TestRunner,
  of?: string,
): Promise<IidTests> {
  return split(await measure(symbols, run, threads, of)).iid;
}

/**
 * Assesses data as IID: the most common value, and the tests that must find nothing against it. Of conditioned data only the bits are
 * estimated; the tests are of the symbols all the same, as in NIST's program.
 */
export async function assessIidTrack(
  symbols: Uint8Array,
  run: IidRun & BitString,
  threads: TestRunner,
): Promise<(Assessment | ConditionedAssessment) & { readonly iid: IidTests }> {
  const { iid, rest } = split(await measure(symbols, run, threads));
  const { hOriginal, hBitstring, alphabetSize } = rest;
  const isEmpty = alphabetSize < 2;
  const remarks = isEmpty ? [ALL_EQUAL] : [];
  const estimated = (mcv: Assessment["estimators"]["mcv"]) => byEstimator((id) => (id === "mcv" ? mcv : {}));
  if (run.conditioned) {
    const h = hBitstring ?? 0;
    const estimators = estimated({ bitstring: isEmpty ? null : h });
    const figures = { hOriginal: null, hBitstring: h, minEntropy: run.bitsPerSymbol * h };
    return { ...rest, estimators, remarks, iid, ...figures };
  }
  const estimators = estimated({
    original: isEmpty ? null : hOriginal,
    ...(hBitstring === null ? {} : { bitstring: hBitstring }),
  });
  return { ...rest, estimators, remarks, iid };
}

/** How the string of bits is looked at. */
interface BitString {
  readonly conditioned?: boolean;
  readonly truncate?: boolean;
}

async function measure(
  symbols: Uint8Array,
  { bitsPerSymbol, details, onProgress, conditioned = false, truncate = false }: IidRun & BitString,
  threads: TestRunner,
  of?: string,
): Promise<IidAssessment> {
  const doing = of === undefined ? "permutations" : `permutations of the ${of}`;
  const data = { symbols, alphabetSize: alphabetSizeOf(symbols) };
  const run = {
    symbols,
    bitsPerSymbol,
    complete: details,
    onProgress: ({ done, passed }: { readonly done: number; readonly passed: number }) =>
      onProgress(
        `${doing}: ${done} of at most ${PERMUTATIONS} measured, ${passed} of ${STATISTICS.length} statistics passed`,
      ),
  };
  const tally = (await countInThreads(data, run, threads)).snapshot;
  onProgress(of === undefined ? "testing independence and fit" : `testing independence and fit of the ${of}`);
  return await threads.run({ kind: "iid", symbols, bitsPerSymbol, conditioned, truncate, tally });
}

/** Parts the tests from the estimates. */
function split(assessed: IidAssessment) {
  const { passed, independence, goodnessOfFit, longestRepeat, permutation, ...rest } = assessed;
  return { iid: { passed, independence, goodnessOfFit, longestRepeat, permutation }, rest };
}
