/** Assesses several files, one after the other: one that cannot be assessed does not keep the others from it. */
import { formatCount } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import { fitLines, type Screen } from "#kit/term/screen.ts";
import { type Cell, type Column, table } from "#kit/term/table.ts";
import { InputError } from "../errors.ts";
import { type AssessRequest, assessFile } from "./assess-file.ts";
import type { AssessmentReport, Outcome } from "./assessment.ts";
import { nistLines, outcomeLines } from "./assessment-text.ts";
import type { Running } from "./running.ts";

/** A file that could not be assessed. */
export interface FailedFile {
  readonly input: { readonly name: string };
  readonly error: { readonly message: string; readonly hints: readonly string[] };
}

export interface FilesReport extends Pick<Outcome, "passed"> {
  readonly schema: 1;
  /** In the order of the command line. */
  readonly files: readonly (AssessmentReport | FailedFile)[];
}

/** @throws UsageError as `assessFile`; the signal's reason */
export async function assessFiles(
  paths: readonly string[],
  request: AssessRequest,
  running: Running,
): Promise<FilesReport> {
  const files: (AssessmentReport | FailedFile)[] = [];
  for (const [i, path] of paths.entries()) {
    const place = `file ${i + 1} of ${paths.length}`;
    const onProgress = (text: string) => running.onProgress(`${place}: ${text}`);
    try {
      files.push(await assessFile(path, request, { ...running, onProgress }));
    } catch (error) {
      if (running.signal.aborted || !(error instanceof InputError)) throw error;
      files.push({ input: { name: path }, error: { message: error.message, hints: error.hints } });
    }
  }
  return { schema: 1, files, passed: worstOf(files) };
}

/** Tells a file that could not be assessed from one that was. */
export function isFailed(file: AssessmentReport | FailedFile): file is FailedFile {
  return "error" in file;
}

/** False if one file is, then null if one is open or was not assessed. */
function worstOf(files: FilesReport["files"]): boolean | null {
  const outcomes = files.map((file) => (isFailed(file) ? null : file.passed));
  return outcomes.includes(false) ? false : outcomes.includes(null) ? null : true;
}

const DIGITS = 6;

export function filesText({ files }: FilesReport, screen: Screen): string {
  const columns: Column[] = [
    { title: "" },
    { title: "FILE", wraps: "inside" },
    { title: "SYMBOLS", align: "right", leaves: 2 },
    { title: "BITS", align: "right", leaves: 1 },
    { title: "H_ORIGINAL", align: "right", optional: true },
    { title: "H_BITSTRING", align: "right", optional: true },
    { title: "MIN-ENTROPY", align: "right" },
  ];
  return fitLines(
    [table(columns, files.map(rowOf), screen), "", ...files.flatMap(remarkLines), ""].join("\n"),
    screen,
  );
}

function rowOf(file: AssessmentReport | FailedFile): Cell[] {
  const name = visible(file.input.name);
  if (isFailed(file)) return [{ text: "ERROR", style: "bad" }, name, "", "", "", "", ""];
  const { passed, symbols, bitsPerSymbol, hOriginal, hBitstring, minEntropy } = file;
  return [
    passed === null
      ? { text: "OPEN", style: "warn" }
      : passed
        ? { text: "PASS", style: "good" }
        : { text: "FAIL", style: "bad" },
    name,
    formatCount(symbols),
    String(bitsPerSymbol),
    hOriginal?.toFixed(DIGITS) ?? "",
    hBitstring?.toFixed(DIGITS) ?? "",
    minEntropy.toFixed(DIGITS),
  ];
}

/** Says of one file what its row does not. */
function remarkLines(file: AssessmentReport | FailedFile): string[] {
  const name = visible(file.input.name);
  if (isFailed(file)) {
    const { message, hints } = file.error;
    return [`${name}`, `  error: ${visible(message)}`, ...hints.map((hint) => `  hint: ${visible(hint)}`)];
  }
  const remarks = file.remarks.filter((remark) => remark !== file.reason).map((remark) => `note: ${remark}`);
  return [name, ...[...nistLines(file), ...remarks, ...outcomeLines(file)].map((line) => `  ${line}`)];
}
