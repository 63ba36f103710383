/** The flags of `report`, and what they ask for. */
import { availableParallelism } from "node:os";
import { flag } from "#kit/term/flags/builders.ts";
import type { OptionsOf } from "#kit/term/flags/flag.ts";
import type { Deps } from "../deps.ts";
import { UsageError } from "../errors.ts";
import { REPORT_FORMATS, type ReportFormat } from "../report/render.ts";
import { sourceNamed } from "../sources/selection.ts";
import type { SuiteId } from "../stats/result.ts";
import { SUITE_IDS } from "../stats/suites.ts";
import { CLAIM_FLAGS } from "./claims.ts";
import type { DataOrigin } from "./report-data.ts";
import { completeSource, SOURCES_FLAGS } from "./source-flags.ts";

const MAX_SEQUENCES = 100_000;
const MAX_SAMPLES = 2 ** 50;

export const REPORT_FLAGS = {
  input: flag.file({ about: "Test this file instead of the pool's output" }),
  stdin: flag.switch({ about: "Test standard input" }),
  source: flag.text({
    hint: "SOURCE",
    about: "Test this source's raw symbols",
    complete: completeSource,
  }),
  bytes: flag.size({ least: "1", about: "Number of bytes: 125000, 4K, 1M" }),
  samples: flag.count(1, MAX_SAMPLES, {
    about: "Number of symbols; bytes where the data are not a source's",
  }),
  suite: flag.choice([...SUITE_IDS, "all"], { default: "battery", about: "Which tests" }),
  sequences: flag.count(1, MAX_SEQUENCES, {
    hint: "K",
    default: "1",
    about: "Cut into K sequences and analyse them as SP 800-22 §4.2 does",
  }),
  constants: flag.choice(["nist", "exact"], {
    default: "nist",
    about: "sp800-22: the standard's constants, or exact ones",
  }),
  format: flag.choice(REPORT_FORMATS, { about: "Output format; default text" }),
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
    about: "Give up after this many seconds without new entropy",
  }),
  ...CLAIM_FLAGS,
};

export type ReportFlags = OptionsOf<typeof REPORT_FLAGS>;

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

/** Refuses flags that exclude each other. @throws UsageError */
export function checkReportFlags(options: ReportFlags): void {
  const { source, input, stdin, bytes, samples, suite, sequences, format, json, credit, mode } = options;
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
}

/** Bits of a sequence of endless data: the reference length of SP 800-22. */
const DEFAULT_BITS = 1_000_000;

/** @param options that `checkReportFlags` accepts @throws UsageError for an unknown source */
export function reportOptions(options: ReportFlags, deps: Pick<Deps, "sources">): ReportOptions {
  const { suite, constants, sequences, output } = options;
  const origin = originOf(options, deps);
  return {
    origin,
    bytes: bytesOf(options, origin),
    suites: suite === "all" ? SUITE_IDS : [suite],
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
  const suffix = output === undefined ? undefined : /\.([a-z]+)$/.exec(output)?.[1];
  return REPORT_FORMATS.find((each) => each === (format ?? suffix)) ?? "text";
}
