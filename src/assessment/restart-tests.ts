/** Restart tests, SP 800-90B §3.1.4, on either track. */
import { shared, type TestRunner } from "../report/threads/test-threads.ts";
import { type RestartResult, type TrackName, transpose } from "../stats/sp800-90b/index.ts";
import { type IidRun, type IidTests, testIid } from "./iid-tests.ts";
import type { RestartMatrix } from "./symbol-file.ts";

export interface RestartTests extends RestartResult {
  /** On the IID track, where the sanity check passed: the tests of §5 on the row data and the column data (§3.1.2, item 3). */
  readonly iid?: { readonly rows: IidTests; readonly columns: IidTests };
}

/** @param hInitial H_I @throws RangeError as `restartTest`; the reason for which the threads were closed */
export async function testRestarts(
  { symbols, rows, cols }: RestartMatrix,
  hInitial: number,
  track: TrackName,
  run: IidRun,
  threads: TestRunner,
): Promise<RestartTests> {
  const { bitsPerSymbol, onProgress } = run;
  const matrix = shared(symbols);
  onProgress("testing restarts");
  const result = await threads.run({
    kind: "restart",
    matrix,
    rows,
    cols,
    bitsPerSymbol,
    hInitial,
    track,
  });
  if (track === "non-iid" || !result.sanity.passed || result.alphabetSize < 2) return result;
  const columns = transpose(matrix, rows, cols, shared(new Uint8Array(matrix.length)));
  const iid = {
    rows: await testIid(matrix, run, threads, "rows"),
    columns: await testIid(columns, run, threads, "columns"),
  };
  return { ...result, iid };
}

/** Says what speaks against the restart data; undefined if nothing does. */
export function reasonAgainstRestarts({ passed, reason, iid }: RestartTests): string | undefined {
  if (!passed) return `a restart test failed: ${reason ?? "no reason given"}`;
  const failed = [
    ...(iid?.rows.passed === false ? ["rows"] : []),
    ...(iid?.columns.passed === false ? ["columns"] : []),
  ];
  return failed.length === 0
    ? undefined
    : `the ${failed.join(" and the ")} of the restart data are not IID: the non-IID track holds`;
}

/** Tells if a test of the IID assumption could not be made of the rows or columns. */
export function isOpen({ iid }: RestartTests): boolean {
  return iid !== undefined && (iid.rows.passed === null || iid.columns.passed === null);
}
