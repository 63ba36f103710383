/** `record`: a source's noise as files, for assessment elsewhere and as evidence. */
import { loadavg } from "node:os";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag } from "#kit/term/flags/builders.ts";
import type { Io } from "#kit/term/io.ts";
import { ownProcess } from "#kit/term/own-process.ts";
import { ProgressLine, progressMeter } from "#kit/term/progress.ts";
import { formatCount, parseCount } from "#kit/term/units.ts";
import type { Deps } from "../deps.ts";
import { SourceError, UsageError } from "../errors.ts";
import type { Settings } from "../platform/host.ts";
import { type Manifest, planRecording } from "../recording/manifest.ts";
import { Recording } from "../recording/recording.ts";
import type { Source } from "../source.ts";
import { sourceNamed } from "../sources/selection.ts";
import type { RawTrace } from "../trace.ts";
import { VERSION } from "../version.ts";
import { SETTINGS_FLAGS, SOURCE_WORD } from "./source-flags.ts";

const MAX_SAMPLES = 1_000_000_000;
/** SP 800-90B §3.1.4 asks for 1,000; its tests take time quadratic in it. */
const MAX_RESTARTS = 10_000;

export const record = command({
  name: "record",
  description: "Record a source's raw noise and its restarts to files, with a manifest",
  details: [
    "Samples, symbols and restarts (SP 800-90B 3.1.4) go to files of their own, with a manifest that names the machine, the clock and the hashes. What was interrupted goes on when the same command is given again.",
  ],
  flags: {
    source: SOURCE_WORD,
    out: flag.folder({ required: true, about: "Folder for the files (needed)" }),
    samples: flag.count(1, MAX_SAMPLES, { default: "1000000", about: "How many raw samples" }),
    restarts: flag.value(parseRestarts, {
      hint: "RxC",
      default: "1000x1000",
      about: "So many starts, and samples of each; 0: none",
    }),
    ...SETTINGS_FLAGS,
    json: flag.switch({ about: "Write the manifest to stdout" }),
  },
  examples: [
    "esoteric-entropy record dram_row_buffer --out recordings",
    "esoteric-entropy record sleep_jitter --samples 100000 --restarts 0 --out recordings",
  ],
  seeAlso: ["probe", "assess", "calibrate"],
  async run(options, io, deps: Deps) {
    await runRecord(options, io, deps);
    return EXIT.ok;
  },
});

export interface RecordOptions {
  readonly source: string;
  readonly out: string;
  readonly samples: number;
  readonly restarts: { readonly rows: number; readonly cols: number } | undefined;
  readonly json: boolean;
}

function parseRestarts(text: string, name: string): RecordOptions["restarts"] {
  if (text === "0") return undefined;
  const [rows, cols, ...rest] = text.split("x");
  if (rows === undefined || cols === undefined || rest.length > 0) {
    throw new UsageError(`${name}: '${text}' is not like 1000x1000, or 0`);
  }
  return { rows: parseCount(rows, name, 2, MAX_RESTARTS), cols: parseCount(cols, name, 2, MAX_RESTARTS) };
}

/** Output of this program, run once more with these arguments in a process of its own. */
export type FreshProcess = (args: readonly string[], signal: AbortSignal) => Promise<Uint8Array>;

/** @throws SourceError · InputError, disk full included · the signal's reason */
export async function runRecord(
  options: RecordOptions,
  io: Io,
  deps: Deps,
  freshProcess: FreshProcess = ownProcess,
): Promise<void> {
  const source = sourceNamed(deps.sources, options.source);
  const availability = await source.availability(deps.host);
  if (!availability.ok) throw new SourceError(source.info.id, availability.reason);

  const plan = await planRecording(source, deps.host, options, VERSION, io.signal);
  const surroundings = { now: () => new Date(), load: () => loadavg()[0] ?? 0 };
  const begun = Recording.begin(options.out, plan, surroundings);
  if (!(begun instanceof Recording)) {
    io.log.info(`${options.out} holds this recording already, complete`);
    await io.out(told(begun, options));
    return;
  }
  using recording = begun;
  if (recording.samplesDone > 0) {
    io.log.info(`going on after ${recording.samplesDone} samples and ${recording.rowsDone} restarts`);
  }
  try {
    await recordSamples(recording, source, io, deps);
    await recordRestarts(recording, io, deps.host.settings, freshProcess);
  } catch (error) {
    if (io.signal.aborted) {
      recording.checkpoint();
      io.log.info("stopped; the same command goes on from here");
    }
    throw error;
  }
  await io.out(told(recording.finish(), options));
}

/** What is lost at most when the program is killed. */
const CHECKPOINT_MS = 1_000;
const MAX_PIECE_SAMPLES = 1 << 20;

async function recordSamples(recording: Recording, source: Source, io: Io, deps: Deps): Promise<void> {
  const total = recording.plan.samples;
  if (recording.samplesDone === total) return;
  const { id, rateHz } = source.info;
  const piece = Math.min(MAX_PIECE_SAMPLES, Math.max(1, Math.round((rateHz * CHECKPOINT_MS) / 1000)));
  await using sampler = await source.open(deps.host);
  using _ = new ProgressLine(io, () => `${id}  ${howFar(recording.samplesDone, total, "samples", io)}`);
  const due = new Interval(CHECKPOINT_MS);
  recording.beginRun();
  while (recording.samplesDone < total) {
    recording.append(await sampler.sample(Math.min(piece, total - recording.samplesDone), io.signal));
    if (due.passed) recording.checkpoint();
  }
  recording.checkpoint();
}

async function recordRestarts(
  recording: Recording,
  io: Io,
  { resolver, connectTo, scratchFolder }: Settings,
  freshProcess: FreshProcess,
): Promise<void> {
  const { restarts, source } = recording.plan;
  if (!restarts) return;
  const settings = Object.entries({ resolver, connect: connectTo, scratch: scratchFolder })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `--${name}=${value}`);
  using _ = new ProgressLine(
    io,
    () => `${source.id}  ${howFar(recording.rowsDone, restarts.rows, "restarts", io)}`,
  );
  const due = new Interval(CHECKPOINT_MS);
  while (recording.rowsDone < restarts.rows) {
    const args = ["probe", source.id, "--samples", String(restarts.cols), "--raw", ...settings];
    recording.appendRow(traceOf(source.id, await freshProcess(args, io.signal)));
    if (due.passed) recording.checkpoint();
  }
}

/** Samples as `probe --raw` writes them; what else is known of a trace it does not tell. */
function traceOf(sourceId: string, bytes: Uint8Array): RawTrace {
  if (bytes.length % 8 !== 0) throw new SourceError(sourceId, `a restart gave ${bytes.length} bytes`);
  const samples = new BigUint64Array(bytes.slice().buffer);
  return { sourceId, samples, discarded: 0, startedNs: 0, elapsedNs: 0 };
}

class Interval {
  #last = performance.now();

  constructor(private readonly ms: number) {}

  /** Whether so long has passed since it last had. */
  get passed(): boolean {
    const now = performance.now();
    if (now - this.#last < this.ms) return false;
    this.#last = now;
    return true;
  }
}

function howFar(done: number, total: number, what: string, io: Io): string {
  return `${progressMeter(done / total, io)}  ${formatCount(done)} of ${formatCount(total)} ${what}`;
}

function told(manifest: Manifest, options: RecordOptions): string {
  if (options.json) return `${JSON.stringify(manifest, null, 2)}\n`;
  const { source, files, restarts } = manifest;
  const kept = [files.samples, files.symbols, files.restarts].filter((file) => file !== null);
  const width = Math.max(...kept.map(({ name }) => name.length));
  return [
    `${source.id}: ${manifest.samples} samples at ${formatCount(manifest.rateHz)}/s in ${manifest.runs.length} run${manifest.runs.length === 1 ? "" : "s"}, ` +
      `${manifest.discarded} of warm-up dropped; ${restarts ? `${restarts.rows} restarts of ${restarts.cols} samples` : "no restarts"}`,
    "",
    ...kept.map(({ name, sha256, format }) => `${name.padEnd(width)}  ${sha256}  ${format}`),
    `${`${source.id}.json`.padEnd(width)}  manifest, in ${options.out}`,
    "",
  ].join("\n");
}
