/** `probe`: one source's raw samples, as they are. */
import { quantileSorted } from "simple-statistics";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag } from "#kit/term/flags/builders.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { formatCount } from "#kit/term/units.ts";
import { type Bin, type Glyphs, glyphsFor, histogram, sparkline } from "#kit/term/widgets.ts";
import type { Deps } from "../deps.ts";
import { SourceError, UsageError } from "../errors.ts";
import { HealthMonitor } from "../health/monitor.ts";
import { claimAt, type Source, type SourceInfo } from "../source.ts";
import { sourceNamed } from "../sources/selection.ts";
import { assess } from "../stats/sp800-90b/index.ts";
import { type RawTrace, toSymbols, traceBytes } from "../trace.ts";
import { SETTINGS_FLAGS, SOURCE_WORD } from "./source-flags.ts";

/** Sampled at once at most; a hundred million samples are written as they come, not held. */
const PIECE_SAMPLES = 65_536;
const MAX_SAMPLES = 1_000_000_000;
/** Kept for the statistics of the report. */
const MAX_REPORT_SAMPLES = 10_000_000;

export const probe = command({
  name: "probe",
  description: "Look at one source's raw noise",
  details: [
    "Shows the distribution of the samples, the samples in their order, whether the start-up health test passes, and a first estimate of their min-entropy. With --raw the samples themselves are written as they were measured: nothing is hashed, debiased or left out but the warm-up.",
  ],
  flags: {
    source: SOURCE_WORD,
    samples: flag.count(1, MAX_SAMPLES, { default: "10000", about: "How many raw samples" }),
    ...SETTINGS_FLAGS,
    raw: flag.switch({ about: "Write the samples to stdout: 64-bit, little-endian" }),
    json: flag.switch({ about: "Write JSON" }),
    force: flag.switch({ about: "Write raw samples even to a terminal" }),
  },
  examples: [
    "esoteric-entropy probe clock_jitter",
    "esoteric-entropy probe dram_row_buffer --samples 1000000 --raw > dram.u64",
  ],
  seeAlso: ["scan", "record", "bench"],
  check({ raw, json, samples }) {
    if (raw && json) throw new UsageError("--raw and --json are two different outputs: choose one");
    if (!raw && samples > MAX_REPORT_SAMPLES) {
      throw new UsageError(`--samples: at most ${MAX_REPORT_SAMPLES} without --raw`);
    }
  },
  async run(options, io, deps: Deps) {
    await runProbe(options, io, deps);
    return EXIT.ok;
  },
});

export interface ProbeOptions {
  readonly source: string;
  readonly samples: number;
  readonly raw: boolean;
  readonly json: boolean;
  readonly force: boolean;
}

export async function runProbe(options: ProbeOptions, io: Io, deps: Deps): Promise<void> {
  const source = sourceNamed(deps.sources, options.source);
  if (options.raw && io.outIsTerminal && !options.force) {
    throw new UsageError("raw samples would garble the terminal", ["redirect them, or --force"]);
  }
  const availability = await source.availability(deps.host);
  if (!availability.ok) throw new SourceError(source.info.id, availability.reason);

  if (options.raw) {
    for await (const trace of traces(source, options.samples, io, deps)) await io.out(traceBytes(trace));
    return;
  }
  const pieces: RawTrace[] = [];
  for await (const trace of traces(source, options.samples, io, deps)) pieces.push(trace);
  const { native } = deps.host;
  const result = describe(source.info, joined(pieces), native.ok ? native.library.clock.periodNs : 0);
  await io.out(options.json ? `${JSON.stringify(asJson(result), null, 2)}\n` : `${asText(result, io)}\n`);
}

async function* traces(source: Source, total: number, io: Io, deps: Deps): AsyncGenerator<RawTrace> {
  await using sampler = await source.open(deps.host);
  let done = 0;
  using _ = new ProgressLine(io, () => `${source.info.id}: ${done} of ${total} samples`);
  while (done < total) {
    const trace = await sampler.sample(Math.min(total - done, PIECE_SAMPLES), io.signal);
    done += trace.samples.length;
    yield trace;
  }
}

function joined(pieces: readonly RawTrace[]): RawTrace {
  const samples = new BigUint64Array(pieces.reduce((sum, piece) => sum + piece.samples.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    samples.set(piece.samples, offset);
    offset += piece.samples.length;
  }
  const first = pieces[0]!;
  const elapsedNs = pieces.reduce((sum, piece) => sum + piece.elapsedNs, 0);
  return { ...first, samples, elapsedNs };
}

interface ProbeResult {
  readonly info: SourceInfo;
  readonly trace: RawTrace;
  readonly sorted: Float64Array;
  readonly stepNs: number;
  readonly distinct: number;
  readonly startup: "passed" | "failed" | "too few samples";
  /** SP 800-90B non-IID estimate of the symbols, bits each; of so few samples it is a first look only. */
  readonly assessedH: number;
  readonly rateHz: number;
}

function describe(info: SourceInfo, trace: RawTrace, stepNs: number): ProbeResult {
  const symbols = toSymbols(trace, info.symbolBits);
  const monitor = new HealthMonitor(claimAt(info, stepNs), info.symbolBits);
  const { state } = monitor.observe(symbols);
  return {
    info,
    trace,
    sorted: Float64Array.from(trace.samples, Number).sort(),
    stepNs,
    distinct: new Set(trace.samples).size,
    startup: state === "healthy" ? "passed" : state === "failed" ? "failed" : "too few samples",
    assessedH: assess(symbols, info.symbolBits).minEntropy,
    rateHz: (trace.samples.length / trace.elapsedNs) * 1e9,
  };
}

/** Percentiles of the raw samples; simple-statistics takes any array-like in order. */
function quantiles(sorted: Float64Array): { min: number; median: number; p99: number; max: number } {
  const at = (p: number) => quantileSorted(sorted as unknown as number[], p);
  return { min: sorted[0]!, median: at(0.5), p99: at(0.99), max: sorted.at(-1)! };
}

function asJson(result: ProbeResult): object {
  const { info, trace, sorted, stepNs } = result;
  return {
    schema: 1,
    source: info.id,
    unit: info.unit,
    stepNs: info.unit === "ticks" ? stepNs : null,
    samples: trace.samples.length,
    discarded: trace.discarded,
    rateHz: result.rateHz,
    ...quantiles(sorted),
    distinct: result.distinct,
    symbolBits: info.symbolBits,
    claimedH: claimAt(info, stepNs),
    assessedH: result.assessedH,
    startup: result.startup,
  };
}

const MOST_COLUMNS = 100;
/** Of the names of figures, and the gap. */
const NAME_COLUMNS = 13;

function asText(result: ProbeResult, io: Io): string {
  const { info, trace, sorted, stepNs } = result;
  const { min, median, p99, max } = quantiles(sorted);
  const glyphs = glyphsFor(io);
  const columns = Math.min(io.columns, MOST_COLUMNS);
  const marks = Math.max(1, columns - NAME_COLUMNS);
  const perMark = Math.ceil(trace.samples.length / marks);
  const values = Float64Array.from(trace.samples, Number);
  const unit = info.unit === "ticks" ? `ticks of ${stepNs.toFixed(2)} ns` : info.unit;
  return [
    `${info.id}: ${info.title}`,
    "",
    `samples      ${trace.samples.length} (${trace.discarded} of warm-up dropped), ${formatCount(result.rateHz)}/s`,
    `unit         ${unit}`,
    `min          ${min}`,
    `median       ${median}`,
    `99 %         ${p99}`,
    `max          ${max}`,
    `distinct     ${result.distinct}`,
    `start-up     ${result.startup}`,
    `claimed H    ${claimAt(info, stepNs)} bits per ${info.symbolBits}-bit symbol`,
    `assessed H   ${result.assessedH.toFixed(3)} (SP 800-90B non-IID, this many samples)`,
    "",
    `in time      ${sparkline(values, marks, { least: min, most: p99 }, glyphs)}`,
    `             oldest first, from min to 99 %${perMark > 1 ? `, each mark the mean of about ${perMark} samples` : ""}`,
    "",
    histogram(bins(sorted, p99, glyphs), columns, glyphs),
  ].join("\n");
}

const MAX_BINS = 24;

/** Equal bins from the least sample to the 99th percentile, and one for the long tail. */
function bins(sorted: Float64Array, p99: number, glyphs: Glyphs): Bin[] {
  const least = sorted[0]!;
  const width = Math.max(1, Math.ceil((p99 - least + 1) / MAX_BINS));
  const count = Math.min(MAX_BINS, Math.floor((p99 - least) / width) + 1);
  const result = Array.from({ length: count }, (_, i) => {
    const from = least + i * width;
    return { label: width === 1 ? `${from}` : `${from}${glyphs.to}${from + width - 1}`, count: 0 };
  });
  const tailFrom = least + count * width;
  let tail = 0;
  for (const sample of sorted) {
    const bin = result[Math.floor((sample - least) / width)];
    if (bin) bin.count += 1;
    else tail += 1;
  }
  return tail > 0 ? [...result, { label: `${glyphs.atLeast}${tailFrom}`, count: tail }] : result;
}
