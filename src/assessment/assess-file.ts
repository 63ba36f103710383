/** Assesses one file, from its path to a report. */
import { availableParallelism } from "node:os";
import { plural } from "#kit/format/numbers.ts";
import { UsageError } from "../errors.ts";
import type { TrackName } from "../stats/sp800-90b/index.ts";
import { type AssessmentReport, runAssessment } from "./assessment.ts";
import type { Running } from "./running.ts";
import {
  type RestartMatrix,
  readMatrix,
  readSymbols,
  requireWidth,
  type SymbolFile,
  widthOf,
} from "./symbol-file.ts";
import type { SymbolLayout } from "./symbol-stream.ts";

/** How data are assessed. */
export interface AssessRequest {
  readonly layout: SymbolLayout;
  readonly track: TrackName;
  readonly conditioned: boolean;
  readonly truncate: boolean;
  readonly details: boolean;
  /** Path of restart data of the same layout, which are read whole. */
  readonly restart?: string | undefined;
  readonly initial?: number | undefined;
}

/** @throws UsageError for an initial estimate wider than a symbol; InputError for data that cannot be assessed; the signal's reason */
export async function assessFile(
  path: string,
  { layout, restart, ...request }: AssessRequest,
  running: Running,
): Promise<AssessmentReport> {
  running.onProgress("reading");
  const file = await readSymbols(path, layout, running.signal);
  const bitsPerSymbol = widthFor(file, layout);
  requireInitial(request.initial, bitsPerSymbol);
  let matrix: RestartMatrix | undefined;
  if (restart !== undefined) {
    matrix = await readMatrix(restart, { ...layout, range: undefined }, running.signal);
    requireWidth(matrix, bitsPerSymbol);
  }
  return await runAssessment(
    file,
    { path, isRegular: file.isRegular, ...layout },
    {
      ...request,
      bitsPerSymbol,
      restart: matrix && {
        matrix,
        given: { path: restart!, format: layout.format, isRegular: matrix.isRegular },
      },
      initial: request.initial,
      threads: availableParallelism(),
      ...running,
    },
  );
}

/** Finds the width of the symbols: the one asked for, or that of the largest. @throws InputError if a symbol does not fit */
export function widthFor(file: SymbolFile, { bitsPerSymbol }: SymbolLayout): number {
  if (bitsPerSymbol === undefined) return widthOf(file.symbols);
  requireWidth(file, bitsPerSymbol);
  return bitsPerSymbol;
}

/** @throws UsageError if no symbol can hold so much */
export function requireInitial(initial: number | undefined, bitsPerSymbol: number): void {
  if (initial === undefined || initial <= bitsPerSymbol) return;
  throw new UsageError(
    `--initial: ${initial} bits are more than a symbol of ${plural(bitsPerSymbol, "bit")} can hold`,
  );
}
