/** `report`: what the tests say about data. */
import { availableParallelism } from "node:os";
import type { ArgsDef } from "citty";
import { OutputFile } from "#kit/files/output-file.ts";
import type { Command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine, progressMeter } from "#kit/term/progress.ts";
import { formatCount, parseCount, parseSeconds, parseSize } from "#kit/term/units.ts";
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
import { CLAIM_ARGS, claimOptions } from "./claims.ts";
import { type DataOrigin, openData } from "./report-data.ts";
import { SOURCES_ARGS } from "./source-args.ts";

const FORMATS = ["text", "json", "md", "html"] as const;
type Format = (typeof FORMATS)[number];

const REPORT_ARGS = {
  input: { type: "string", valueHint: "FILE", description: "Test this file instead of the pool's output" },
  stdin: { type: "boolean", description: "Test what is piped in" },
  source: { type: "string", valueHint: "SOURCE", description: "Test this source's raw symbols" },
  bytes: { type: "string", valueHint: "N", description: "How many bytes: 125000, 4K, 1M" },
  samples: {
    type: "string",
    valueHint: "N",
    description: "How many symbols; of anything but a source, bytes",
  },
  suite: {
    type: "enum",
    options: [...SUITES, "all"],
    default: "battery",
    description: "Which tests",
  },
  sequences: {
    type: "string",
    valueHint: "K",
    default: "1",
    description: "Cut into K sequences and analyse them as SP 800-22 §4.2 does",
  },
  constants: {
    type: "enum",
    options: ["nist", "exact"],
    default: "nist",
    description: "sp800-22: the standard's constants, or exact ones",
  },
  format: { type: "enum", options: [...FORMATS], description: "How it is written; default text" },
  json: { type: "boolean", description: "The same as --format json" },
  output: {
    type: "string",
    valueHint: "PATH",
    description: "Write to this file; its suffix may give the format",
  },
  mode: {
    type: "enum",
    options: ["full", "drbg"],
    default: "full",
    description: "The pool's output: full entropy, or its DRBG",
  },
  ...SOURCES_ARGS,
  timeout: {
    type: "string",
    valueHint: "S",
    default: "10",
    description: "Give up after so many seconds without entropy",
  },
  ...CLAIM_ARGS,
} satisfies ArgsDef;

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

export const report: Command = {
  name: "report",
  description: "Test data, or the pool's own output, for randomness",
  details: ["Without an input it tests the pool's own output. A verdict of fail makes the exit code 4."],
  args: REPORT_ARGS,
  examples: [
    "esoteric-entropy report",
    "esoteric-entropy report --input random.bin --suite sp800-22 --json",
    "esoteric-entropy report --input random.bin --output report.html",
    "esoteric-entropy report --mode drbg --suite sp800-22 --sequences 100",
    "esoteric-entropy report --source dram_row_buffer --suite sp800-90b",
  ],
  seeAlso: ["assess", "stream", "record"],
  async run(args, io, deps) {
    const { report: result } = await runReportCommand(reportOptions(args, deps), io, deps);
    return result.summary.verdict === "fail" ? EXIT.findings : EXIT.ok;
  },
};

/** One sequence of the standard's reference length. */
const DEFAULT_BITS = 1_000_000;
const MAX_SEQUENCES = 100_000;
const MAX_SAMPLES = 2 ** 50;

/** @throws UsageError */
export function reportOptions(args: Record<string, unknown>, deps: Pick<Deps, "sources">): ReportOptions {
  const text = (name: string) => (args[name] === undefined ? undefined : String(args[name]));
  const origin = originOf(args, deps);
  const sequences = parseCount(text("sequences") ?? "1", "--sequences", 1, MAX_SEQUENCES);
  const suite = text("suite") ?? "battery";
  const suites = suite === "all" ? SUITES : SUITES.filter((each) => each === suite);
  if (sequences > 1 && suites.some((each) => each !== "battery" && each !== "sp800-22")) {
    throw new UsageError("--sequences is for the suites battery and sp800-22");
  }
  return {
    origin,
    bytes: bytesOf(text("bytes"), text("samples"), origin, sequences),
    suites,
    constants: text("constants") as ReportOptions["constants"],
    sequences,
    format: formatOf(text("format"), args["json"] === true, text("output")),
    output: text("output"),
    threads: availableParallelism(),
  };
}

function originOf(args: Record<string, unknown>, deps: Pick<Deps, "sources">): DataOrigin {
  const given = ["source", "input", "stdin"].filter(
    (name) => args[name] !== undefined && args[name] !== false,
  );
  if (given.length > 1) {
    throw new UsageError(`${given.map((name) => `--${name}`).join(" and ")}: choose one`);
  }
  const claims = claimOptions(args);
  if (given.length > 0 && (claims.credit.size > 0 || args["mode"] === "drbg")) {
    throw new UsageError(`--credit and --mode are for the pool's output, not for --${given[0]}`);
  }
  if (args["stdin"] === true) return { kind: "stdin" };
  if (args["input"] !== undefined) return { kind: "file", path: String(args["input"]) };
  if (args["source"] !== undefined) {
    return { kind: "source", source: sourceNamed(deps.sources, String(args["source"])) };
  }
  return {
    kind: "pool",
    mode: args["mode"] as "full" | "drbg",
    sources: String(args["sources"]),
    timeoutMs: parseSeconds(String(args["timeout"]), "--timeout"),
    ...claims,
  };
}

function bytesOf(
  bytes: string | undefined,
  samples: string | undefined,
  origin: DataOrigin,
  sequences: number,
): number | undefined {
  if (bytes !== undefined && samples !== undefined) throw new UsageError("--bytes and --samples: choose one");
  const symbolBits = origin.kind === "source" ? origin.source.info.symbolBits : 8;
  const count =
    samples !== undefined
      ? Math.ceil((parseCount(samples, "--samples", 1, MAX_SAMPLES) * symbolBits) / 8)
      : bytes !== undefined
        ? parseSize(bytes, "--bytes")
        : undefined;
  if (count === 0) throw new UsageError("--bytes must be at least 1");
  const isEndless = origin.kind === "source" || origin.kind === "pool";
  return count ?? (isEndless ? (sequences * DEFAULT_BITS) / 8 : undefined);
}

function formatOf(format: string | undefined, json: boolean, output: string | undefined): Format {
  if (json && format !== undefined && format !== "json") {
    throw new UsageError(`--json and --format ${format} are two different outputs: choose one`);
  }
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
