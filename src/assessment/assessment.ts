/** An assessment by SP 800-90B, as NIST's three programs make it: non-IID track, IID track, restart tests. */
import { formatCount, plural } from "#kit/format/numbers.ts";
import { InputError } from "../errors.ts";
import {
  assessmentCommand,
  type GivenData,
  isPlain,
  SYMBOLS_NOTE,
  type SymbolRange,
} from "../report/nist-commands.ts";
import { TRUNCATED_BITS } from "../report/threads/test-tasks.ts";
import { shared, type TestRunner, TestThreads } from "../report/threads/test-threads.ts";
import {
  ALL_EQUAL,
  type Assessment,
  type ConditionedAssessment,
  type TrackName,
} from "../stats/sp800-90b/index.ts";
import { assessIidTrack, type IidTests, NOT_ALL_MADE } from "./iid-tests.ts";
import { isWhole, restartCommand } from "./nist-commands.ts";
import { isOpen, type RestartTests, reasonAgainstRestarts, testRestarts } from "./restart-tests.ts";
import type { RestartMatrix, SymbolFile } from "./symbol-file.ts";
import type { SymbolLayout } from "./symbol-stream.ts";

export interface AssessmentInput {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Where it is not `bytes`. */
  readonly format?: SymbolLayout["format"];
  /** Where it is not all of them. */
  readonly range?: SymbolRange;
}

export interface AssessmentOptions {
  readonly bitsPerSymbol: number;
  readonly track: TrackName;
  /** Take the symbols for the output of a conditioning component, and look at their bits alone. */
  readonly conditioned: boolean;
  /** Look only at the first TRUNCATED_BITS of the bit string. */
  readonly truncate: boolean;
  readonly details: boolean;
  readonly restart?: { readonly matrix: RestartMatrix; readonly given: GivenData } | undefined;
  /** H_I of the restart tests; undefined: the result of this assessment. */
  readonly initial: number | undefined;
  readonly threads: number;
  /** Runs the tests in the place of these threads. */
  readonly runner?: TestRunner | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

/** Pure data, written to JSON unchanged. */
export type AssessmentReport = {
  readonly schema: 1;
  readonly track: TrackName;
  readonly input: AssessmentInput;
} & Omit<Assessment | ConditionedAssessment, "schema"> & {
    /** Present where only the bits were looked at: `hBitstring` is h′. */
    readonly conditioned?: true;
    /** The tests of §5, on the IID track. */
    readonly iid?: IidTests;
    readonly restart?: RestartTests;
    /** Command lines of NIST's programs that make the same figures. */
    readonly nist: readonly string[];
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

/** @throws RangeError if a symbol or option does not fit; InputError for too few symbols, unless all are equal; the signal's reason */
export async function runAssessment(
  file: SymbolFile,
  given: GivenData,
  options: AssessmentOptions,
): Promise<AssessmentReport> {
  const { bitsPerSymbol, track, conditioned, truncate, details, restart, signal, onProgress } = options;
  const symbols = shared(file.symbols);
  requireEnough(symbols, file.name);
  const isShort = symbols.length < LEAST_THREADED_SYMBOLS && restart === undefined;
  using own = new TestThreads(isShort ? 0 : options.threads, signal);
  const threads: TestRunner = options.runner ?? own;
  if (given.format === "bytes") threads.locate?.(symbols, file.from);
  onProgress("estimating");
  const work = { symbols, bitsPerSymbol, details, truncate };
  const assessed: Assessed =
    track === "iid"
      ? await assessIidTrack(symbols, options, threads)
      : conditioned
        ? await threads.run({ kind: "assess-conditioned", ...work })
        : await threads.run({ kind: "assess", ...work });
  const hInitial = options.initial ?? assessed.minEntropy;
  const restarts = restart && (await testRestarts(restart.matrix, hInitial, track, options, threads));
  const remarks = [
    ...file.notes,
    ...assessed.remarks,
    ...(symbols.length < LEAST_SYMBOLS ? [SHORT_NOTE] : []),
    ...(truncate && symbols.length * bitsPerSymbol > TRUNCATED_BITS ? [TRUNCATED_NOTE] : []),
    ...(isPlain(given) && (restart === undefined || isWhole(restart.given)) ? [] : [SYMBOLS_NOTE]),
  ];
  const { schema, ...figures } = assessed;
  return {
    schema,
    track,
    input: inputOf(file, given),
    ...(conditioned && { conditioned: true as const }),
    ...figures,
    remarks,
    ...(restarts && { restart: restarts }),
    nist: [
      assessmentCommand(given, options),
      ...(restart ? [restartCommand(restart.given, track, bitsPerSymbol, hInitial)] : []),
    ],
    ...outcomeOf({ ...assessed, restart: restarts }),
  };
}

type Assessed = (Assessment | ConditionedAssessment) & { readonly iid?: IidTests };

export function inputOf({ name, bytes, sha256 }: SymbolFile, { format, range }: GivenData): AssessmentInput {
  return { name, bytes, sha256, ...(format !== "bytes" && { format }), ...(range && { range }) };
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
}: Assessed & { readonly restart: RestartTests | undefined }): Outcome {
  if (alphabetSize < 2) return { passed: false, reason: ALL_EQUAL };
  if (iid?.passed === false) return { passed: false, reason: "the data are not IID" };
  const against = restart && reasonAgainstRestarts(restart);
  if (against !== undefined) return { passed: false, reason: against };
  if (symbols < LEAST_SYMBOLS) return { passed: null, reason: SHORT_NOTE };
  if (minEntropy === 0) return { passed: false, reason: "the estimate is zero: no entropy" };
  if (iid?.passed === null || (restart && isOpen(restart))) {
    return { passed: null, reason: NOT_ALL_MADE };
  }
  return { passed: true };
}

const SHORT_NOTE = `fewer symbols than the ${formatCount(LEAST_SYMBOLS)} that SP 800-90B §3.1.1 asks for`;

const TRUNCATED_NOTE = `bitstring: only its first ${formatCount(TRUNCATED_BITS)} bits were looked at, as asked for`;
