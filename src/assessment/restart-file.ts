/** Restart tests of one file against an estimate that was made before, as `ea_restart` runs them. */
import { availableParallelism } from "node:os";
import { plural } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import { fitLines, type Screen } from "#kit/term/screen.ts";
import { type GivenData, SYMBOLS_NOTE } from "../report/nist-commands.ts";
import { TestThreads } from "../report/threads/test-threads.ts";
import type { TrackName } from "../stats/sp800-90b/index.ts";
import { requireInitial, widthFor } from "./assess-file.ts";
import { type AssessmentInput, inputOf, type Outcome } from "./assessment.ts";
import { nistLines, outcomeLines } from "./assessment-text.ts";
import { NOT_ALL_MADE } from "./iid-tests.ts";
import { isWhole, restartCommand } from "./nist-commands.ts";
import { isOpen, type RestartTests, reasonAgainstRestarts, testRestarts } from "./restart-tests.ts";
import { restartLines } from "./restart-text.ts";
import type { Running } from "./running.ts";
import { type RestartMatrix, readMatrix } from "./symbol-file.ts";
import type { SymbolLayout } from "./symbol-stream.ts";

/** Pure data, written to JSON unchanged. */
export interface RestartReport extends Outcome {
  readonly schema: 1;
  readonly track: TrackName;
  readonly input: AssessmentInput;
  readonly restart: RestartTests;
  readonly remarks: readonly string[];
  readonly nist: readonly string[];
}

export interface RestartRequest {
  readonly layout: SymbolLayout;
  readonly track: TrackName;
  /** H_I, bits a symbol. */
  readonly initial: number;
  readonly details: boolean;
}

/** @throws as `assessFile`; InputError for data that are not 1,000 rows of 1,000 */
export async function testRestartFile(
  path: string,
  { layout, track, initial, details }: RestartRequest,
  running: Running,
): Promise<RestartReport> {
  running.onProgress("reading");
  const matrix = await readMatrix(path, layout, running.signal);
  const bitsPerSymbol = widthFor(matrix, layout);
  requireInitial(initial, bitsPerSymbol);
  const given = { path, isRegular: matrix.isRegular, ...layout };
  return await runRestartTests(matrix, given, { bitsPerSymbol, track, initial, details }, running);
}

/** @throws RangeError as `restartTest`; the signal's reason */
export async function runRestartTests(
  matrix: RestartMatrix,
  given: GivenData,
  request: Omit<RestartRequest, "layout"> & { readonly bitsPerSymbol: number },
  { signal, onProgress, threads = availableParallelism() }: Running,
): Promise<RestartReport> {
  const { bitsPerSymbol, track, initial, details } = request;
  using pool = new TestThreads(threads, signal);
  const restart = await testRestarts(matrix, initial, track, { bitsPerSymbol, details, onProgress }, pool);
  return {
    schema: 1,
    track,
    input: inputOf(matrix, given),
    restart,
    remarks: [...matrix.notes, ...(isWhole(given) ? [] : [SYMBOLS_NOTE])],
    nist: [restartCommand(given, track, bitsPerSymbol, initial)],
    ...outcomeOf(restart),
  };
}

function outcomeOf(restart: RestartTests): Outcome {
  const reason = reasonAgainstRestarts(restart);
  if (reason !== undefined) return { passed: false, reason };
  if (isOpen(restart)) return { passed: null, reason: NOT_ALL_MADE };
  return { passed: true };
}

export function restartText(report: RestartReport, screen: Screen): string {
  const { input, restart, remarks } = report;
  const lines = [
    `input    ${visible(input.name)}: ${plural(restart.rows * restart.cols, "symbol")} of ${plural(restart.bitsPerSymbol, "bit")}`,
    `sha256   ${input.sha256}`,
    ...nistLines(report),
    "",
    ...restartLines(restart, screen),
    ...remarks.map((remark) => `note: ${remark}`),
    ...outcomeLines(report),
    "",
  ];
  return fitLines(lines.join("\n"), screen);
}
