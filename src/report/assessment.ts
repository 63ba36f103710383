/** An assessment by SP 800-90B, as NIST's three programs make it: non-IID track, IID track, restart tests. */
import { formatCount, plural } from "#kit/format/numbers.ts";
import { InputError } from "../errors.ts";
import {
  assessIid,
  type IidAssessment,
  iidData,
  PERMUTATIONS,
  type PermutationProgress,
  STATISTICS,
} from "../stats/sp800-90b/iid/index.ts";
import { ALL_EQUAL, type Assessment, byEstimator, type RestartResult } from "../stats/sp800-90b/index.ts";
import type { InputFormat } from "./input-format.ts";
import { countInThreads } from "./threads/permutation-threads.ts";
import { TRUNCATED_BITS } from "./threads/test-tasks.ts";
import { shared, TestThreads } from "./threads/test-threads.ts";

export interface AssessmentInput {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Where it is not `bytes`. */
  readonly format?: InputFormat;
}

/** Restart data: one start a row. */
export interface RestartMatrix {
  readonly symbols: Uint8Array;
  readonly rows: number;
  readonly cols: number;
}

export interface AssessmentOptions {
  readonly bitsPerSymbol: number;
  readonly iid: boolean;
  /** Look only at the first TRUNCATED_BITS of the bit string. */
  readonly truncate: boolean;
  readonly details: boolean;
  readonly restart?: RestartMatrix;
  /** H_I of the restart tests; undefined: the result of this assessment. */
  readonly initial: number | undefined;
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

/** Pure data, written to JSON unchanged. */
export type AssessmentReport = {
  readonly schema: 1;
  readonly track: "non-iid" | "iid";
  readonly input: AssessmentInput;
} & Omit<Assessment, "schema"> & {
    /** The tests of §5, on the IID track. */
    readonly iid?: Pick<
      IidAssessment,
      "passed" | "independence" | "goodnessOfFit" | "longestRepeat" | "permutation"
    >;
    readonly restart?: RestartResult;
  } & Outcome;

/** Outcome of the assessment as a whole. */
export interface Outcome {
  /**
   * False where there is no entropy, the data are not IID, or a restart test failed. Null where it is open, as it is below the number
   * of symbols that the standard asks for.
   */
  readonly passed: boolean | null;
  /** Why it is not true. */
  readonly reason?: string;
}

/** SP 800-90B §3.1.1, item 1. */
const LEAST_SYMBOLS = 1_000_000;

/** Fewer say nothing: the upper bound of §6.3.1 adds 2.576·√(¼/(n − 1)) to a share of one half, 0.43 for ten symbols. */
const LEAST_ASSESSED = 11;

/** Shorter data are assessed faster than threads start. */
const LEAST_THREADED_SYMBOLS = 50_000;

/**
 * @param input `notes` become remarks
 * @throws RangeError if a symbol or option does not fit; InputError for too few symbols, unless all are equal; the signal's reason
 */
export async function runAssessment(
  recorded: Uint8Array,
  { notes, ...input }: AssessmentInput & { readonly notes: readonly string[] },
  options: AssessmentOptions,
): Promise<AssessmentReport> {
  const { bitsPerSymbol, iid, truncate, details, restart, signal, onProgress } = options;
  const symbols = shared(recorded);
  requireEnough(symbols, input.name);
  const isShort = symbols.length < LEAST_THREADED_SYMBOLS && restart === undefined;
  using threads = new TestThreads(isShort ? 0 : options.threads, signal);
  onProgress("estimating");
  const assessed: IidTrack = iid
    ? await assessOnIidTrack(symbols, options, threads)
    : await threads.run({ kind: "assess", symbols, bitsPerSymbol, details, truncate });
  const remarks = [
    ...notes,
    ...assessed.remarks,
    ...(symbols.length < LEAST_SYMBOLS ? [SHORT_NOTE] : []),
    ...(truncate && symbols.length * bitsPerSymbol > TRUNCATED_BITS ? [TRUNCATED_NOTE] : []),
  ];
  const tracked = {
    track: iid ? ("iid" as const) : ("non-iid" as const),
    input,
    ...assessed,
    schema: 1 as const,
    remarks,
  };
  if (restart === undefined) return { ...tracked, ...outcomeOf(tracked) };

  onProgress("testing restarts");
  const result = await threads.run({
    kind: "restart",
    matrix: shared(restart.symbols),
    rows: restart.rows,
    cols: restart.cols,
    bitsPerSymbol,
    hInitial: options.initial ?? assessed.minEntropy,
  });
  return { ...tracked, restart: result, ...outcomeOf({ ...tracked, restart: result }) };
}

function requireEnough(symbols: Uint8Array, name: string): void {
  const count = symbols.length;
  if (count >= LEAST_ASSESSED || symbols.every((symbol) => symbol === symbols[0])) return;
  throw new InputError(`${name} holds ${plural(count, "symbol")}: too few to estimate anything`, {
    hints: [
      `the standard asks for ${formatCount(LEAST_SYMBOLS)}; figures are made from ${LEAST_ASSESSED} on`,
    ],
  });
}

/** Concludes; what speaks against the data comes before what leaves it open. */
function outcomeOf({
  alphabetSize,
  symbols,
  minEntropy,
  iid,
  restart,
}: Pick<AssessmentReport, "alphabetSize" | "symbols" | "minEntropy" | "iid" | "restart">): Outcome {
  if (alphabetSize < 2) return { passed: false, reason: ALL_EQUAL };
  if (iid?.passed === false) return { passed: false, reason: "the data are not IID" };
  if (restart?.passed === false) {
    return { passed: false, reason: `a restart test failed: ${restart.reason ?? "no reason given"}` };
  }
  if (symbols < LEAST_SYMBOLS) return { passed: null, reason: SHORT_NOTE };
  if (minEntropy === 0) return { passed: false, reason: "the estimate is zero: no entropy" };
  if (iid?.passed === null) return { passed: null, reason: "a test of the IID assumption could not be made" };
  return { passed: true };
}

const SHORT_NOTE = `fewer symbols than the ${formatCount(LEAST_SYMBOLS)} that SP 800-90B §3.1.1 asks for`;

const TRUNCATED_NOTE = `bitstring: only its first ${formatCount(TRUNCATED_BITS)} bits were looked at, as asked for`;

type IidTrack = Assessment & Pick<AssessmentReport, "iid">;

async function assessOnIidTrack(
  symbols: Uint8Array,
  { bitsPerSymbol, details, onProgress }: AssessmentOptions,
  threads: TestThreads,
): Promise<IidTrack> {
  const run = {
    symbols,
    bitsPerSymbol,
    complete: details,
    onProgress: ({ done, passed }: PermutationProgress) =>
      onProgress(
        `permutations: ${done} of at most ${PERMUTATIONS} measured, ${passed} of ${STATISTICS.length} statistics passed`,
      ),
  };
  const tally = await countInThreads(iidData(symbols, bitsPerSymbol), run, threads);
  const { independence, goodnessOfFit, longestRepeat, permutation, passed, ...rest } = assessIid(
    symbols,
    bitsPerSymbol,
    tally,
  );
  const mcv = {
    original: rest.alphabetSize > 1 ? rest.hOriginal : null,
    ...(rest.hBitstring === null ? {} : { bitstring: rest.hBitstring }),
  };
  return {
    ...rest,
    estimators: byEstimator((id) => (id === "mcv" ? mcv : {})),
    remarks: rest.alphabetSize > 1 ? [] : [ALL_EQUAL],
    iid: { passed, independence, goodnessOfFit, longestRepeat, permutation },
  };
}
