/** `report`: what the tests say about data. */
import { availableParallelism } from "node:os";
import { OutputFile } from "#kit/files/output-file.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag } from "#kit/term/flags/builders.ts";
import type { OptionsOf } from "#kit/term/flags/flag.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine, progressMeter } from "#kit/term/progress.ts";
import { formatCount } from "#kit/term/units.ts";
import type { Deps } from "../deps.ts";
import { InputError, UsageError } from "../errors.ts";
import { DEEP_BYTES } from "../report/intake.ts";
import { reportJson } from "../report/json.ts";
import { reportMarkdown } from "../report/markdown.ts";
import { SUITES } from "../report/report.ts";
import { runReport } from "../report/run.ts";
import type { Progress, ReportRun, RunOptions } from "../report/run-options.ts";
import { conclusionOf } from "../report/summary.ts";
import { reportText } from "../report/text.ts";
import { sourceNamed } from "../sources/selection.ts";
import type { SuiteId } from "../stats/result.ts";
import { CLAIM_FLAGS } from "./claims.ts";
import { FINDINGS } from "./exits.ts";
import { type DataOrigin, openData } from "./report-data.ts";
import { completeSource, SOURCES_FLAGS } from "./source-flags.ts";

const FORMATS = ["text", "json", "md", "html"] as const;
type Format = (typeof FORMATS)[number];

const MAX_SEQUENCES = 100_000;
const MAX_SAMPLES = 2 ** 50;

const REPORT_FLAGS = {
  input: flag.file({ about: "Test this file instead of the pool's output" }),
  stdin: flag.switch({ about: "Test what is piped in" }),
  source: flag.text({
    hint: "SOURCE",
    about: "Test this source's raw symbols",
    complete: completeSource,
  }),
  bytes: flag.size({ least: "1", about: "How many bytes: 125000, 4K, 1M" }),
  samples: flag.count(1, MAX_SAMPLES, { about: "How many symbols; of anything but a source, bytes" }),
  suite: flag.choice([...SUITES, "all"], { default: "battery", about: "Which tests" }),
  sequences: flag.count(1, MAX_SEQUENCES, {
    hint: "K",
    default: "1",
    about: "Cut into K sequences and analyse them as SP 800-22 §4.2 does",
  }),
  constants: flag.choice(["nist", "exact"], {
    default: "nist",
    about: "sp800-22: the standard's constants, or exact ones",
  }),
  format: flag.choice(FORMATS, { about: "How it is written; default text" }),
  json: flag.switch({ about: "The same as --format json" }),
  output: flag.file({ hint: "PATH", about: "Write to this file; its suffix may give the format" }),
  mode: flag.choice(["full", "drbg"], {
    default: "full",
    about: "The pool's output: full entropy, or its DRBG",
  }),
  ...SOURCES_FLAGS,
  timeoutMs: flag.seconds({
    name: "timeout",
    default: "10",
    about: "Give up after so many seconds without entropy",
  }),
  ...CLAIM_FLAGS,
};

type ReportFlags = OptionsOf<typeof REPORT_FLAGS>;

export interface ReportOptions {
  readonly origin: DataOrigin;
  /** undefined: as many as there are. */
  readonly bytes: number | undefined;
  readonly suites: readonly SuiteId[];
  readonly constants: "nist" | "exact";
  readonly sequences: number;
  readonly format: Format;
  readonly output: string | undefined;
  readonly threads: number;
}

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
  check({ source, input, stdin, bytes, samples, suite, sequences, format, json, credit, mode }) {
    const inputs = { "--source": source !== undefined, "--input": input !== undefined, "--stdin": stdin };
    const given = Object.entries(inputs).flatMap(([name, isGiven]) => (isGiven ? [name] : []));
    if (given.length > 1) throw new UsageError(`${given.join(" and ")}: choose one`);
    if (given.length > 0 && (credit.size > 0 || mode === "drbg")) {
      throw new UsageError(`--credit and --mode are for the pool's output, not for ${given[0]}`);
    }
    if (sequences > 1 && suite !== "battery" && suite !== "sp800-22") {
      throw new UsageError("--sequences is for the suites battery and sp800-22");
    }
    if (bytes !== undefined && samples !== undefined) {
      throw new UsageError("--bytes and --samples: choose one");
    }
    if (json && format !== undefined && format !== "json") {
      throw new UsageError(`--json and --format ${format} are two different outputs: choose one`);
    }
  },
  async run(options, io, deps: Deps) {
    const { report: result } = await runReportCommand(reportOptions(options, deps), io, deps);
    return result.summary.verdict === "fail" ? FINDINGS : EXIT.ok;
  },
});

/** One sequence of the standard's reference length. */
const DEFAULT_BITS = 1_000_000;

/** @param options checked @throws UsageError for an unknown source */
export function reportOptions(options: ReportFlags, deps: Pick<Deps, "sources">): ReportOptions {
  const { suite, constants, sequences, output } = options;
  const origin = originOf(options, deps);
  return {
    origin,
    bytes: bytesOf(options, origin),
    suites: suite === "all" ? SUITES : [suite],
    constants,
    sequences,
    format: formatOf(options),
    output,
    threads: availableParallelism(),
  };
}

function originOf(options: ReportFlags, deps: Pick<Deps, "sources">): DataOrigin {
  const { stdin, input, source } = options;
  if (stdin) return { kind: "stdin" };
  if (input !== undefined) return { kind: "file", path: input };
  if (source !== undefined) return { kind: "source", source: sourceNamed(deps.sources, source) };
  return { kind: "pool", ...options };
}

/** Undefined: all of a file. */
function bytesOf({ bytes, samples, sequences }: ReportFlags, origin: DataOrigin): number | undefined {
  if (bytes !== undefined) return bytes;
  if (samples !== undefined) {
    const symbolBits = origin.kind === "source" ? origin.source.info.symbolBits : 8;
    return Math.ceil((samples * symbolBits) / 8);
  }
  const isEndless = origin.kind === "source" || origin.kind === "pool";
  return isEndless ? (sequences * DEFAULT_BITS) / 8 : undefined;
}

function formatOf({ format, json, output }: ReportFlags): Format {
  if (json) return "json";
  const suffix = output === undefined ? undefined : /\.([a-z]+)$/.exec(output)?.[1];
  return FORMATS.find((each) => each === (format ?? suffix)) ?? "text";
}

export async function runReportCommand(options: ReportOptions, io: Io, deps: Deps): Promise<ReportRun> {
  await using file = options.output === undefined ? undefined : await OutputFile.create(options.output);
  await using data = await openData(options.origin, options.bytes, io, deps);
  let progress: Progress = { phase: "reading", bytes: 0 };
  let run: ReportRun;
  {
    using _ = new ProgressLine(io, () => progressText(progress, data.bytes, io));
    run = await runReport(data, {
      ...options,
      sequences: sequencesOf(options, data),
      signal: io.signal,
      onProgress: (now) => {
        progress = now;
      },
    });
  }
  const text = await render(run, options.format, file === undefined && io.color);
  if (file === undefined) {
    await io.out(text);
  } else {
    await file.write(text);
    io.log.info([`${options.output} written`, ...conclusionOf(run.report)].join("\n"));
  }
  return run;
}

/** @throws UsageError or InputError if the data cannot be cut so */
function sequencesOf(
  { sequences }: ReportOptions,
  data: { readonly name: string; readonly bytes: number | undefined },
): RunOptions["sequences"] {
  if (sequences === 1) return undefined;
  if (data.bytes === undefined) {
    throw new UsageError(`--sequences: the length of ${data.name} is not known beforehand`, [
      "--bytes N says it, for all sequences together",
    ]);
  }
  const bytes = Math.floor(data.bytes / sequences);
  if (bytes === 0) {
    throw new InputError(`${data.name}: ${data.bytes} bytes cannot be cut into ${sequences} sequences`);
  }
  if (bytes > DEEP_BYTES) {
    throw new InputError(
      `sequences of ${bytes} bytes are longer than the ${DEEP_BYTES} that are tested whole`,
      {
        hints: [`--sequences ${Math.ceil(data.bytes / DEEP_BYTES)} or more, or --bytes`],
      },
    );
  }
  return { count: sequences, bytes };
}

/** What draws pictures is large, and loaded only when there are pictures to draw. */
async function render(run: ReportRun, format: Format, color: boolean): Promise<string> {
  switch (format) {
    case "text":
      return reportText(run.report, { color });
    case "json":
      return reportJson(run.report);
    case "md":
      return reportMarkdown(run.report);
    case "html":
      return (await import("../report/html.ts")).reportHtml(run.report, run.head);
  }
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
