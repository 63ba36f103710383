/** Data and options of a report. */
import type { SuiteId } from "../stats/result.ts";
import type { Constants } from "../stats/sp800-22/index.ts";
import { type InputFormat, textOfBitsHint } from "./input-format.ts";
import type { InputDescription } from "./report.ts";
import type { TestRunner } from "./threads/test-threads.ts";

export interface ReportData {
  readonly kind: InputDescription["kind"];
  readonly name: string;
  readonly bitsPerSymbol: number;
  /** A piece need not stay valid once the next is asked for. */
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Where it is not `bytes`. */
  readonly format?: InputFormat;
  /** Place of their first byte in the input, where they stand there as they are. */
  readonly asTheyAre?: number;
  /** Remarks on how the data were read, once they have been. */
  readonly notes?: () => readonly string[];
}

export interface RunOptions {
  readonly suites: readonly SuiteId[];
  readonly constants: Constants;
  /** Cut the data into `count` sequences of `bytes` each; for the suites battery and sp800-22. */
  readonly sequences?: { readonly count: number; readonly bytes: number };
  /** Most threads; 0: everything runs in this one. The results are the same. */
  readonly threads: number;
  /** Runs the tests in the place of these threads. */
  readonly runner?: TestRunner | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export type Progress =
  | { readonly phase: "reading"; readonly bytes: number }
  | { readonly phase: "testing"; readonly done: number; readonly of: number; readonly unit: string }
  | { readonly phase: "writing" };

/** Describes the data for the report. */
export function describe(data: ReportData, bytes: number, sha256: string): InputDescription {
  const { kind, name, bitsPerSymbol, format } = data;
  return { kind, name, bytes, sha256, bitsPerSymbol, ...(format !== undefined && { format }) };
}

/** Remarks on the data as they were read. @param head their first bytes */
export function readingNotes(data: ReportData, head: Uint8Array): string[] {
  const hint = headHint(data, head);
  return [...(hint === undefined ? [] : [hint]), ...(data.notes?.() ?? [])];
}

/** Hints at another way to read the data, where their first bytes look like it. */
export function headHint(
  { kind, format }: Pick<ReportData, "kind" | "format">,
  head: Uint8Array,
): string | undefined {
  const isRaw = format === undefined && (kind === "file" || kind === "stdin");
  return isRaw ? textOfBitsHint(head) : undefined;
}
