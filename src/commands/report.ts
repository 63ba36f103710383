/** `report`: tests data, or the pool's own output. */
import { OutputFile } from "#kit/files/output-file.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine, progressMeter } from "#kit/term/progress.ts";
import { formatCount } from "#kit/term/units.ts";
import type { Deps } from "../deps.ts";
import { renderReport } from "../report/render.ts";
import { runReport } from "../report/run.ts";
import type { Progress, ReportRun } from "../report/run-options.ts";
import { conclusionOf } from "../report/summary.ts";
import { FINDINGS } from "./exits.ts";
import { openData, sequencesOf } from "./report-data.ts";
import { checkReportFlags, REPORT_FLAGS, type ReportOptions, reportOptions } from "./report-options.ts";

export const report = command({
  name: "report",
  description: "Test data, or the pool's own output, for randomness",
  details: ["Without an input it tests the pool's own output. A verdict of fail makes the exit code 4."],
  flags: REPORT_FLAGS,
  examples: [
    "esoteric-entropy report",
    "esoteric-entropy report --input random.bin --suite sp800-22 --json",
    "esoteric-entropy report --input random.bin --output report.html",
    "esoteric-entropy report --mode drbg --suite sp800-22 --sequences 100",
    "esoteric-entropy report --source dram_row_buffer --suite sp800-90b",
  ],
  seeAlso: ["assess", "stream", "record"],
  check: checkReportFlags,
  async run(options, io, deps: Deps) {
    const { report: result } = await runReportCommand(reportOptions(options, deps), io, deps);
    return result.summary.verdict === "fail" ? FINDINGS : EXIT.ok;
  },
});

export async function runReportCommand(options: ReportOptions, io: Io, deps: Deps): Promise<ReportRun> {
  await using file = options.output === undefined ? undefined : await OutputFile.create(options.output);
  await using data = await openData(options.origin, options.bytes, io, deps);
  let progress: Progress = { phase: "reading", bytes: 0 };
  let run: ReportRun;
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
  }
  const text = await renderReport(run, options.format, file === undefined && io.color);
  if (file === undefined) {
    await io.out(text);
  } else {
    await file.write(text);
    io.log.info([`${options.output} written`, ...conclusionOf(run.report)].join("\n"));
  }
  return run;
}

function progressText(progress: Progress, totalBytes: number | undefined, io: Io): string {
  const drawn = (share: number) => progressMeter(share, io);
  if (progress.phase === "testing") {
    return `testing  ${drawn(progress.done / progress.of)}  ${progress.done} of ${progress.of} ${progress.unit}`;
  }
  const read = `${formatCount(progress.bytes)}B`;
  return totalBytes === undefined
    ? `reading  ${read}`
    : `reading  ${drawn(progress.bytes / totalBytes)}  ${read} of ${formatCount(totalBytes)}B`;
}
