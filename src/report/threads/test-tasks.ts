/**
 * Pieces of work that a thread can do alone: plain data in, plain data out, the same result in any thread. Tests are loaded when
 * they are first run, for most threads run one kind.
 */

import { estimatorLoops, iidLoops } from "../../native-loops.ts";
import type { Figures, Looked } from "../../recording/first-look.ts";
import { bitString, unpackSymbols } from "../../stats/bits.ts";
import type { TestResult } from "../../stats/result.ts";
import type { Constants, Sp80022TestId } from "../../stats/sp800-22/index.ts";
import {
  assessIid,
  type Chunk,
  type IidAssessment,
  iidData,
  type Measured,
  Permutations,
  PermutationTally,
  type TallySnapshot,
} from "../../stats/sp800-90b/iid/index.ts";
import {
  type Assessment,
  type AssessOptions,
  assess,
  assessConditioned,
  type ConditionedAssessment,
  type RestartResult,
  restartTest,
  type TrackName,
} from "../../stats/sp800-90b/index.ts";
import type { TwoSamples, TwoSamplesRequest } from "../../stats/two-sample/two-samples.ts";
import { symbolsOfBytes } from "../../trace.ts";
import type { ReportRun } from "../report.ts";

/** Tests that give results of a report. */
export type SuiteTask =
  | { readonly kind: "battery"; readonly bytes: Uint8Array; readonly tests?: readonly string[] }
  | {
      readonly kind: "sp800-22";
      readonly bytes: Uint8Array;
      readonly tests?: readonly Sp80022TestId[];
      readonly constants: Constants;
    }
  | { readonly kind: "ais31"; readonly bytes: Uint8Array; readonly procedure: string }
  | { readonly kind: "fips140-2"; readonly bytes: Uint8Array };

/** Assessments by SP 800-90B, of symbols one a byte, or packed if `packed` is set. */
export type AssessTask = {
  readonly kind: "assess";
  readonly symbols: Uint8Array;
  readonly packed?: boolean;
  readonly bitsPerSymbol: number;
  readonly details?: boolean;
  /** Look only at the first TRUNCATED_BITS of the bit string. */
  readonly truncate?: boolean;
};

/** An assessment of conditioned data, by their bits alone. */
export type ConditionedTask = Omit<AssessTask, "kind" | "packed"> & { readonly kind: "assess-conditioned" };

/** Length to which NIST's program cuts the bit string with `-t`. */
export const TRUNCATED_BITS = 1_000_000;

export type RestartTask = {
  readonly kind: "restart";
  readonly matrix: Uint8Array;
  readonly rows: number;
  readonly cols: number;
  readonly bitsPerSymbol: number;
  readonly hInitial: number;
  /** Default: `non-iid`. */
  readonly track?: TrackName;
};

/** One chunk of the permutation test of §5.1. */
export type PermutationTask = {
  readonly kind: "permutations";
  /** Number of the data, the same for all their chunks. */
  readonly data: number;
  readonly symbols: Uint8Array;
  readonly bitsPerSymbol: number;
  readonly chunk: Chunk;
  /** By statistic: 1 if it is to be measured. */
  readonly wanted: Uint8Array;
  /** Tally of permutations before the chunk. */
  readonly earlier: TallySnapshot;
};

/** The IID track, once the permutations are counted. */
export type IidTask = Omit<AssessTask, "kind" | "packed" | "details"> & {
  readonly kind: "iid";
  readonly conditioned?: boolean;
  readonly tally: TallySnapshot;
};

/** A first look at raw samples, as bytes. */
export type LookTask = Omit<Looked, "samples"> & { readonly kind: "look"; readonly samples: Uint8Array };

/** Two recordings of one source. */
export type TwoSamplesTask = Omit<TwoSamplesRequest, "a" | "b"> & {
  readonly kind: "two-samples";
  /** Samples, 64 bits each, little-endian. */
  readonly a: Uint8Array;
  readonly b: Uint8Array;
};

/** The HTML page of a report: its charts take a second or two. */
export type PageTask = { readonly kind: "page"; readonly run: ReportRun };

export type TestTask =
  | SuiteTask
  | AssessTask
  | ConditionedTask
  | RestartTask
  | PermutationTask
  | IidTask
  | LookTask
  | TwoSamplesTask
  | PageTask;

export type TaskResult<T extends TestTask> = T extends SuiteTask
  ? TestResult[]
  : T extends AssessTask
    ? Assessment
    : T extends ConditionedTask
      ? ConditionedAssessment
      : T extends RestartTask
        ? RestartResult
        : T extends IidTask
          ? IidAssessment
          : T extends LookTask
            ? Figures
            : T extends TwoSamplesTask
              ? TwoSamples
              : T extends PageTask
                ? string
                : Measured;

/** @param stop in shared memory: native loops end once it holds anything but 0 */
export async function runTask<T extends TestTask>(task: T, stop?: Int32Array): Promise<TaskResult<T>> {
  return (await run(task, stop)) as TaskResult<T>;
}

type AnyResult =
  | TestResult[]
  | Assessment
  | ConditionedAssessment
  | RestartResult
  | IidAssessment
  | Measured
  | Figures
  | TwoSamples
  | string;

async function run(task: TestTask, stop: Int32Array | undefined): Promise<AnyResult> {
  switch (task.kind) {
    case "battery": {
      const { battery } = await import("../../stats/battery.ts");
      return battery(task.bytes, task.tests === undefined ? {} : { tests: task.tests });
    }
    case "sp800-22": {
      const { sp80022 } = await import("../../stats/sp800-22/index.ts");
      const { constants, tests } = task;
      return sp80022(bitString(task.bytes), { constants, ...(tests && { tests }) });
    }
    case "ais31": {
      const { AIS31 } = await import("../../stats/suites.ts");
      const { runProcedure } = await import("../../stats/other/ais31-verdict.ts");
      const procedure = AIS31.find(({ id }) => id === task.procedure);
      if (!procedure) throw new RangeError(`AIS 20/31 has no "${task.procedure}"`);
      return runProcedure(procedure, bitString(task.bytes));
    }
    case "fips140-2": {
      const { fips1402 } = await import("../../stats/other/fips140-2.ts");
      return fips1402(task.bytes);
    }
    case "assess": {
      const { symbols, packed, bitsPerSymbol } = task;
      const unpacked = packed ? unpackSymbols(symbols, bitsPerSymbol) : symbols;
      return assess(unpacked, bitsPerSymbol, assessOptions(task, stop));
    }
    case "assess-conditioned":
      return assessConditioned(task.symbols, task.bitsPerSymbol, assessOptions(task, stop));
    case "restart": {
      const { matrix, rows, cols, bitsPerSymbol, hInitial, track } = task;
      return restartTest(matrix, rows, cols, bitsPerSymbol, hInitial, { track, loops: estimatorLoops(stop) });
    }
    case "permutations":
      return permutationsOf(task, stop).measure(task.chunk, task.wanted, new PermutationTally(task.earlier));
    case "iid": {
      const { symbols, bitsPerSymbol, tally, truncate, conditioned } = task;
      return assessIid(symbols, bitsPerSymbol, new PermutationTally(tally), {
        truncateBitString: truncate ? TRUNCATED_BITS : undefined,
        conditioned,
        loops: iidLoops(stop),
      });
    }
    case "look": {
      const { figuresOf } = await import("../../recording/first-look.ts");
      const { buffer, byteOffset, byteLength } = task.samples;
      const samples = new BigUint64Array(buffer, byteOffset, byteLength / 8);
      return figuresOf({ ...task, samples }, estimatorLoops(stop));
    }
    case "two-samples": {
      const { compareSamples } = await import("../../stats/two-sample/two-samples.ts");
      const sequence = (bytes: Uint8Array) => ({ bytes, symbols: symbolsOfBytes(bytes, task.symbolBits) });
      return compareSamples({ ...task, a: sequence(task.a), b: sequence(task.b) });
    }
    case "page": {
      const { reportHtml } = await import("../html.ts");
      return reportHtml(task.run.report, task.run.head);
    }
  }
}

function assessOptions(
  { details, truncate }: Pick<AssessTask, "details" | "truncate">,
  stop: Int32Array | undefined,
): AssessOptions {
  return {
    details: details ?? false,
    loops: estimatorLoops(stop),
    ...(truncate && { truncateBitString: TRUNCATED_BITS }),
  };
}

/** Keeps what was made of the data for the next chunk. */
let measured: { readonly data: number; readonly permutations: Permutations } | undefined;

function permutationsOf(
  { data, symbols, bitsPerSymbol, earlier }: PermutationTask,
  stop: Int32Array | undefined,
): Permutations {
  if (measured?.data !== data) {
    const loops = iidLoops(stop);
    const permuted = iidData(symbols, bitsPerSymbol);
    measured = { data, permutations: new Permutations(permuted, undefined, loops, earlier.original) };
  }
  return measured.permutations;
}
