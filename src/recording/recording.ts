/**
 * The folder of one source's recording while it is being made:
 *
 *     <id>.samples.u64    raw samples, 64 bits each, little-endian
 *     <id>.symbols.u8     their low bits, one symbol a byte: what SP 800-90B's estimators and NIST's program take
 *     <id>.restarts.u8    symbols of the restart matrix, row by row
 *     <id>.json           the manifest; it appears last and says that the recording is complete
 *
 * Until then all names end in `.part`, and `<id>.json.part` holds the progress. The finished manifest is called
 * `<id>.json.ready` while the other files are renamed, so that the next run can complete what a killed one began.
 * `<id>.lock` is there while a program records, and keeps others from doing so.
 */
import { existsSync, lstatSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { holdFile } from "#kit/files/file-lock.ts";
import { naming, PartFile, type PartFileHints, publishPart } from "#kit/files/part-file.ts";
import { replaceFile } from "#kit/files/replace-file.ts";
import { readSmallFile } from "#kit/files/small-file.ts";
import { fieldsOf, timeText, wholeWithin } from "#kit/format/fields.ts";
import { InputError } from "../errors.ts";
import { type RawTrace, SAMPLE_BYTES, symbolsOfBytes, toSymbols, traceBytes } from "../trace.ts";
import {
  type Manifest,
  planDifferences,
  type RecordedFile,
  type RecordingPlan,
  type Run,
} from "./manifest.ts";
import { MAX_MANIFEST_BYTES, parsePlan, parseRuns, readRecording, understood } from "./manifest-file.ts";

/** Fewest samples of a run: SP 800-90B §3.1.1. */
const LEAST_RUN_SAMPLES = 1_000;

const DATA_ENDINGS = ["samples.u64", "symbols.u8", "restarts.u8"];

/** The clock and the load of the machine; tests have their own. */
export interface Surroundings {
  now(): Date;
  /** Load average over one minute. */
  load(): number;
}

/** Content of `<id>.json.part`. */
interface Progress {
  readonly plan: RecordingPlan;
  readonly startedAt: string;
  readonly runs: readonly Run[];
  readonly rowsDone: number;
}

const THIS_MACHINE: Surroundings = { now: () => new Date(), load: () => loadavg()[0] ?? 0 };

const HINTS = {
  shorter: ["remove what is left of this recording and start anew"],
  full: ["make room and give the same command again: it continues where it stopped"],
} satisfies PartFileHints;

export class Recording implements Disposable {
  readonly #lock: Disposable;
  readonly #samples: PartFile;
  readonly #restarts: PartFile | undefined;
  #runs: Run[];
  #rowsDone: number;
  #open: { -readonly [K in keyof Run]: Run[K] } | undefined;

  private constructor(
    private readonly folder: string,
    readonly plan: RecordingPlan,
    private readonly surroundings: Surroundings,
    private readonly startedAt: string,
    progress: Pick<Progress, "runs" | "rowsDone">,
    lock: Disposable,
  ) {
    this.#lock = lock;
    this.#runs = wholeRuns(progress.runs, plan.samples);
    this.#rowsDone = progress.rowsDone;
    this.#samples = new PartFile(this.#path("samples.u64"), this.samplesDone * SAMPLE_BYTES, HINTS);
    this.#restarts = plan.restarts
      ? new PartFile(this.#path("restarts.u8"), this.#rowsDone * plan.restarts.cols, HINTS)
      : undefined;
    this.checkpoint();
  }

  /**
   * Begins a recording, or continues the unfinished one in the folder.
   * @returns the manifest where the recording is complete already
   * @throws InputError if the folder holds a different recording of this source, or another program records it there
   */
  static begin(
    folder: string,
    plan: RecordingPlan,
    surroundings: Surroundings = THIS_MACHINE,
  ): Recording | Manifest {
    naming(folder, () => mkdirSync(folder, { recursive: true }), HINTS.full);
    const base = join(folder, plan.source.id);
    const lock = holdFile(`${base}.lock`);
    if (!lock) {
      throw new InputError(`another program records ${plan.source.id} into ${folder}`, {
        hints: ["wait for it to end, or choose another folder with --out"],
      });
    }
    let begun: Recording | undefined;
    try {
      if (existsSync(`${base}.json.ready`)) publish(base);
      if (existsSync(`${base}.json`)) return readManifest(`${base}.json`, plan);
      begun = Recording.#beginHeld(folder, plan, surroundings, lock);
      return begun;
    } finally {
      if (!begun) lock[Symbol.dispose]();
    }
  }

  static #beginHeld(
    folder: string,
    plan: RecordingPlan,
    surroundings: Surroundings,
    lock: Disposable,
  ): Recording {
    const base = join(folder, plan.source.id);
    const part = `${base}.json.part`;
    if (existsSync(part)) {
      const progress = readProgress(part, plan);
      return new Recording(folder, progress.plan, surroundings, progress.startedAt, progress, lock);
    }
    const stranger = DATA_ENDINGS.map((ending) => `${base}.${ending}`).find(
      (path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined,
    );
    if (stranger) throw new InputError(`${stranger} is there already, without a manifest`);
    const startedAt = surroundings.now().toISOString();
    return new Recording(folder, plan, surroundings, startedAt, { runs: [], rowsDone: 0 }, lock);
  }

  get samplesDone(): number {
    return this.#runs.reduce((sum, run) => sum + run.samples, this.#open?.samples ?? 0);
  }

  get rowsDone(): number {
    return this.#rowsDone;
  }

  /** Begins a run. To be called when the source has been opened. */
  beginRun(): void {
    const startedAt = this.surroundings.now().toISOString();
    const load = this.surroundings.load();
    this.#open = {
      firstSample: this.samplesDone,
      samples: 0,
      discarded: 0,
      startedAt,
      endedAt: startedAt,
      samplingSeconds: 0,
      loadAverage: [load, load],
    };
  }

  /** @throws InputError where there is no room */
  append(trace: RawTrace): void {
    const run = this.#open;
    if (!run) throw new RangeError("no run was begun");
    this.#samples.append(traceBytes(trace));
    run.samples += trace.samples.length;
    if (run.samples === trace.samples.length) run.discarded = trace.discarded;
    run.samplingSeconds += trace.elapsedNs / 1e9;
    run.endedAt = this.surroundings.now().toISOString();
    run.loadAverage = [run.loadAverage[0], this.surroundings.load()];
  }

  /** Adds a row to the restart matrix. @throws RangeError unless it has the planned length; InputError */
  appendRow(trace: RawTrace): void {
    const { restarts, source } = this.plan;
    if (trace.samples.length !== restarts?.cols) {
      throw new RangeError(`a row of ${trace.samples.length} symbols`);
    }
    this.#restarts?.append(toSymbols(trace, source.symbolBits));
    this.#rowsDone += 1;
  }

  /** Makes everything so far durable; a later run continues from here. */
  checkpoint(): void {
    this.#samples.sync();
    this.#restarts?.sync();
    const progress: Progress = {
      plan: this.plan,
      startedAt: this.startedAt,
      runs: this.#open ? [...this.#runs, this.#open] : this.#runs,
      rowsDone: this.#rowsDone,
    };
    replaceJson(`${this.#path("json")}.part`, progress);
  }

  /** Derives the symbols, writes the manifest, gives all files their final names and the lock back. @throws InputError */
  finish(): Manifest {
    const { plan } = this;
    const rows = plan.restarts?.rows ?? 0;
    if (this.samplesDone !== plan.samples || this.#rowsDone !== rows) {
      throw new RangeError(`finished with ${this.samplesDone} samples and ${this.#rowsDone} rows`);
    }
    this.checkpoint();
    using symbols = new PartFile(this.#path("symbols.u8"), 0, HINTS);
    for (const bytes of this.#samples.pieces()) symbols.append(symbolsOfBytes(bytes, plan.source.symbolBits));
    const runs = this.#open ? [...this.#runs, this.#open] : this.#runs;
    const seconds = runs.reduce((sum, run) => sum + run.samplingSeconds, 0);
    const width = `${plan.source.symbolBits}-bit symbols, one a byte`;
    const manifest: Manifest = {
      ...plan,
      startedAt: this.startedAt,
      endedAt: this.surroundings.now().toISOString(),
      rateHz: seconds > 0 ? plan.samples / seconds : 0,
      discarded: runs.reduce((sum, run) => sum + run.discarded, 0),
      runs,
      files: {
        samples: this.#described(this.#samples, "samples.u64", "raw samples, unsigned 64-bit, little-endian"),
        symbols: this.#described(symbols, "symbols.u8", `${width}: low bits of the samples`),
        restarts: this.#restarts
          ? this.#described(this.#restarts, "restarts.u8", `${width}: ${rows} rows, one restart each`)
          : null,
      },
    };
    for (const file of [this.#samples, symbols, this.#restarts]) file?.sync();
    replaceJson(`${this.#path("json")}.ready`, manifest);
    publish(join(this.folder, plan.source.id));
    this.#lock[Symbol.dispose]();
    return manifest;
  }

  [Symbol.dispose](): void {
    this.#samples[Symbol.dispose]();
    this.#restarts?.[Symbol.dispose]();
    this.#lock[Symbol.dispose]();
  }

  #path(ending: string): string {
    return join(this.folder, `${this.plan.source.id}.${ending}`);
  }

  #described(file: PartFile, ending: string, format: string): RecordedFile {
    return { name: `${this.plan.source.id}.${ending}`, format, bytes: file.length, sha256: file.sha256() };
  }
}

/** Gives all files their final names, the manifest last: where it exists, all exist. */
function publish(base: string): void {
  for (const ending of DATA_ENDINGS) publishPart(`${base}.${ending}`, HINTS);
  naming(base, () => renameSync(`${base}.json.ready`, `${base}.json`), HINTS.full);
  rmSync(`${base}.json.part`, { force: true });
}

function replaceJson(path: string, value: unknown): void {
  naming(path, () => replaceFile(path, `${JSON.stringify(value, null, 2)}\n`), HINTS.full);
}

/**
 * The runs that a recording continues from. The last run is shortened where the rest would have fewer than 1,000 samples,
 * and dropped where it has fewer than 1,000 itself.
 */
export function wholeRuns(runs: readonly Run[], planned: number): Run[] {
  const last = runs.at(-1);
  if (!last) return [];
  const done = last.firstSample + last.samples;
  if (done >= planned) return [...runs];
  const earlier = runs.slice(0, -1);
  const samples = Math.min(done, planned - LEAST_RUN_SAMPLES) - last.firstSample;
  if (samples < LEAST_RUN_SAMPLES) return earlier;
  return [...earlier, { ...last, samples, samplingSeconds: (last.samplingSeconds * samples) / last.samples }];
}

/** @throws InputError for a manifest that is damaged, or of another recording. How it would be restarted now does not matter any more. */
function readManifest(path: string, plan: RecordingPlan): Manifest {
  const { manifest } = readRecording(path);
  const method = manifest.restarts?.method ?? "";
  refuseAnother(path, manifest, { ...plan, restarts: plan.restarts && { ...plan.restarts, method } });
  return manifest;
}

/** @throws InputError for a file that is damaged, or of another recording */
function readProgress(path: string, plan: RecordingPlan): Progress {
  const { text } = readSmallFile(path, MAX_MANIFEST_BYTES);
  const progress = understood(path, "the progress of a recording", (): Progress => {
    const root = fieldsOf(JSON.parse(text), "it");
    return {
      plan: parsePlan(root["plan"]),
      startedAt: timeText(root["startedAt"], "startedAt"),
      runs: parseRuns(root["runs"], 0),
      rowsDone: wholeWithin(root["rowsDone"], "rowsDone", 0, plan.restarts?.rows ?? 0),
    };
  });
  refuseAnother(path, progress.plan, plan);
  return progress;
}

/** @throws InputError unless the plan found is that of the recording to be made */
function refuseAnother(path: string, found: RecordingPlan, plan: RecordingPlan): void {
  const differences = planDifferences(found, plan);
  if (differences.length === 0) return;
  throw new InputError(`${path} belongs to another recording: ${differences.join("; ")}`, {
    hints: [
      "choose another folder with --out, or repeat the command that began this one, on the same machine",
    ],
  });
}
