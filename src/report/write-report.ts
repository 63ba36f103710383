/** A report from its data to its file: reads, tests, writes. */
import { OutputFile, refuseOnePlace } from "#kit/files/output-file.ts";
import { formatCount, formatQuantity } from "#kit/format/numbers.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine, progressMeter } from "#kit/term/progress.ts";
import { NO_SCREEN } from "#kit/term/screen.ts";
import type { PoolDeps } from "../pool/open.ts";
import type { SuiteId } from "../stats/result.ts";
import { bitmapPng } from "./bitmap-png.ts";
import { type DataOrigin, inputsOf, openData, sequencesOf } from "./input-data.ts";
import { type ReportFormat, renderReport } from "./render.ts";
import type { ReportRun } from "./report.ts";
import { runReport } from "./run.ts";
import type { Progress } from "./run-options.ts";
import { conclusionOf } from "./summary.ts";
import type { TestRunner } from "./threads/test-threads.ts";

export interface ReportOptions {
  readonly origin: DataOrigin;
  /** Defaults to all there are. */
  readonly bytes: number | undefined;
  readonly suites: readonly SuiteId[];
  readonly constants: "nist" | "exact";
  readonly sequences: number;
  readonly format: ReportFormat;
  readonly output: string | undefined;
  /** Path of a picture of the first bits. */
  readonly bitmap: string | undefined;
  readonly threads: number;
  /** Runs the tests in the place of these threads. */
  readonly runner?: TestRunner | undefined;
}

/** Writes to the file of the options, or to stdout. @throws UsageError; InputError; SourceError; the signal's reason */
export async function writeReport(options: ReportOptions, io: Io, deps: PoolDeps): Promise<ReportRun> {
  const { origin, output } = options;
  refuseOnePlace(output, options.bitmap);
  await using file =
    output === undefined ? undefined : await OutputFile.create(output, io.signal, inputsOf(origin));
  await using picture =
    options.bitmap === undefined
      ? undefined
      : await OutputFile.create(options.bitmap, io.signal, inputsOf(origin));
  await using data = await openData(origin, options.bytes, io.signal, deps);
  let progress: Progress = { phase: "reading", bytes: 0 };
  const marks = new ReadingMarks(data.bytes);
  let run: ReportRun;
  let text: string;
  {
    using _ = new ProgressLine(io, () => progressText(progress, data.bytes, io));
    run = await runReport(data, {
      ...options,
      sequences: sequencesOf(options.sequences, data),
      signal: io.signal,
      onProgress: (now) => {
        progress = now;
        const mark = now.phase === "reading" && !io.errIsTerminal ? marks.passed(now.bytes) : undefined;
        if (mark !== undefined) io.log.info(mark);
      },
    });
    progress = { phase: "writing" };
    text = await renderReport(run, options.format, file === undefined ? io : NO_SCREEN, {
      threads: options.threads,
      signal: io.signal,
    });
  }
  if (picture !== undefined) io.log.info(await drawBitmap(picture, run));
  if (file === undefined) {
    await io.out(text);
  } else {
    await file.write(text);
    io.log.info([`${output} written`, ...conclusionOf(run.report)].join("\n"));
  }
  return run;
}

/** Writes the picture. @returns a line that says what is in it */
async function drawBitmap(file: OutputFile, { head, report }: ReportRun): Promise<string> {
  const { side, png } = bitmapPng(head);
  await file.write(png);
  const [shown, all] = [side * side, 8 * report.input.bytes].map(formatCount);
  return `${file.path} written: ${side} × ${side} pixels, the first ${shown} of ${all} bits, ones black`;
}

/** Bytes after which reading is worth a line of its own where no line can rewrite itself: some seconds of it. */
const LEAST_MARK = 1e9;
/** Marks of data of unknown length. */
const UNKNOWN_MARK = 1e10;

/** Lines about reading for logs: one a tenth of the data, but not more than one a gigabyte. */
export class ReadingMarks {
  readonly #step: number;
  #next: number;

  constructor(private readonly total: number | undefined) {
    this.#step = total === undefined ? UNKNOWN_MARK : Math.max(LEAST_MARK, total / 10);
    this.#next = this.#step;
  }

  /** Returns the line for a mark that is passed. */
  passed(bytes: number): string | undefined {
    if (bytes < this.#next || bytes === this.total) return undefined;
    while (this.#next <= bytes) this.#next += this.#step;
    const read = formatQuantity(bytes, "B");
    return this.total === undefined
      ? `reading: ${read} so far`
      : `reading: ${read} of ${formatQuantity(this.total, "B")}`;
  }
}

function progressText(progress: Progress, totalBytes: number | undefined, io: Io): string {
  const drawn = (share: number) => progressMeter(share, io);
  if (progress.phase === "writing") return "drawing the report";
  if (progress.phase === "testing") {
    return `testing  ${drawn(progress.done / progress.of)}  ${progress.done} of ${progress.of} ${progress.unit}`;
  }
  const read = formatQuantity(progress.bytes, "B");
  return totalBytes === undefined
    ? `reading  ${read}`
    : `reading  ${drawn(progress.bytes / totalBytes)}  ${read} of ${formatQuantity(totalBytes, "B")}`;
}
