/** `report`: tests data, or the pool's own output. */
import { availableParallelism } from "node:os";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import type { Deps } from "../deps.ts";
import type { DataOrigin } from "../report/input-data.ts";
import type { ReportFormat } from "../report/render.ts";
import { untested } from "../report/summary.ts";
import { type ReportOptions, writeReport } from "../report/write-report.ts";
import { sourceNamed } from "../sources/selection.ts";
import { FINDINGS } from "./exits.ts";
import { checkReportFlags, formatOfSuffix, REPORT_FLAGS, type ReportFlags } from "./report-flags.ts";

export const report = command({
  name: "report",
  description: "Test data, or the pool's own output, for randomness",
  details: [
    "Without an input it tests the pool's own output. A verdict of fail makes the exit code 4, and so do data to which no test applies. The suffix of the output, .txt, .json, .md or .html, gives the format unless --format does.",
  ],
  flags: REPORT_FLAGS,
  examples: [
    "esoteric-entropy report",
    "esoteric-entropy report --input random.bin --suite sp800-22 --json",
    "esoteric-entropy report --input random.bin --output report.html",
    "esoteric-entropy report --input random.bin --bitmap bits.png",
    "esoteric-entropy report --mode drbg --suite sp800-22 --sequences 100",
    "esoteric-entropy report --source dram_row_buffer --suite sp800-90b",
  ],
  seeAlso: ["assess", "stream", "record"],
  check: checkReportFlags,
  judges: true,
  async run(options, io, deps: Deps) {
    const { report: result } = await writeReport(reportOptions(options, deps), io, deps);
    const nothing = untested(result);
    if (nothing !== undefined) io.log.error(nothing);
    return nothing !== undefined || result.summary.verdict === "fail" ? FINDINGS : EXIT.ok;
  },
});

/** Bits of a sequence of endless data: the reference length of SP 800-22. */
const DEFAULT_BITS = 1_000_000;

/** @param options that `check` accepts @throws UsageError for an unknown source */
export function reportOptions(options: ReportFlags, deps: Pick<Deps, "sources">): ReportOptions {
  const { suites, constants, sequences, output, bitmap } = options;
  const origin = originOf(options, deps);
  return {
    origin,
    bytes: bytesOf(options, origin),
    suites,
    constants,
    sequences,
    format: formatOf(options),
    output,
    bitmap,
    threads: availableParallelism(),
  };
}

function originOf(options: ReportFlags, deps: Pick<Deps, "sources">): DataOrigin {
  const { stdin, input, source, inputFormat: format } = options;
  if (stdin) return { kind: "stdin", format };
  if (input !== undefined) return { kind: "file", path: input, format };
  if (source !== undefined) return { kind: "source", source: sourceNamed(deps.sources, source) };
  return { kind: "pool", ...options };
}

/** Number of bytes to test; undefined for all of a file. */
function bytesOf({ bytes, samples, sequences }: ReportFlags, origin: DataOrigin): number | undefined {
  if (bytes !== undefined) return bytes;
  if (samples !== undefined) {
    const symbolBits = origin.kind === "source" ? origin.source.info.symbolBits : 8;
    return Math.ceil((samples * symbolBits) / 8);
  }
  const isEndless = origin.kind === "source" || origin.kind === "pool";
  return isEndless ? (sequences * DEFAULT_BITS) / 8 : undefined;
}

function formatOf({ format, json, output }: ReportFlags): ReportFormat {
  if (json) return "json";
  return format ?? (output === undefined ? "text" : formatOfSuffix(output));
}
