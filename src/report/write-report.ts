/** A report from its data to its file: reads, tests, writes. */
import { OutputFile } from "#kit/files/output-file.ts";
import { formatQuantity } from "#kit/format/numbers.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine, progressMeter } from "#kit/term/progress.ts";
import { NO_SCREEN } from "#kit/term/screen.ts";
import type { PoolDeps } from "../pool/open.ts";
import type { SuiteId } from "../stats/result.ts";
import { type DataOrigin, openData, sequencesOf } from "./input-data.ts";
import { type ReportFormat, renderReport } from "./render.ts";
import { runReport } from "./run.ts";
import type { Progress, ReportRun } from "./run-options.ts";
import { conclusionOf } from "./summary.ts";

export interface ReportOptions {
  readonly origin: DataOrigin;
  /** Defaults to all there are. */
  readonly bytes: number | undefined;
  readonly suites: readonly SuiteId[];
  readonly constants: "nist" | "exact";
  readonly sequences: number;
  readonly format: ReportFormat;
  readonly output: string | undefined;
  readonly threads: number;
}

/** Writes to the file of the options, or to stdout. @throws UsageError; InputError; SourceError; the signal's reason */
export async function writeReport(options: ReportOptions, io: Io, deps: PoolDeps): Promise<ReportRun> {
  const { origin, output } = options;
  await using file =
    output === undefined ? undefined : await OutputFile.create(output, io.signal, inputsOf(origin));
  await using data = await openData(origin, options.bytes, io.signal, deps);
  let progress: Progress = { phase: "reading", bytes: 0 };
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
      },
    });
    progress = { phase: "writing" };
    text = await renderReport(run, options.format, file === undefined ? io : NO_SCREEN, {
      threads: options.threads,
      signal: io.signal,
    });
  }
  if (file === undefined) {
    await io.out(text);
  } else {
    await file.write(text);
    io.log.info([`${output} written`, ...conclusionOf(run.report)].join("\n"));
  }
  return run;
}

function inputsOf(origin: DataOrigin): (string | number)[] {
  if (origin.kind === "file") return [origin.path];
  return origin.kind === "stdin" ? [STDIN] : [];
}

const STDIN = 0;

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
