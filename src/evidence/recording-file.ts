/** Reads the manifests of finished recordings, which may come from anywhere. */
import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { readSmallBytes } from "#kit/files/small-file.ts";
import {
  type Fields,
  fieldsOf,
  numberWithin,
  shortText,
  shownValue,
  timeText,
  wholeWithin,
} from "#kit/format/fields.ts";
import { machineOf, sourceId } from "../calibration/profile.ts";
import { InputError } from "../errors.ts";
import type { MachineDescription } from "../platform/machine.ts";
import type { Manifest, Run } from "../recording/manifest.ts";
import { FAMILIES, type Family } from "../source.ts";
import { SAMPLE_BYTES } from "../trace.ts";

/** As large as `record` writes them at most: see recording/recording.ts. */
const MAX_BYTES = 2 ** 24;

/** The checked part of a manifest: all but what only the reader of the file needs. */
export type RecordingFacts = Omit<Manifest, "source" | "files"> & {
  readonly source: Omit<Manifest["source"], "effects">;
  readonly files: Pick<Manifest["files"], "samples">;
};

export interface RecordingFile {
  /** Path of the manifest. */
  readonly path: string;
  readonly manifest: RecordingFacts;
  /** SHA-256 of the manifest. */
  readonly sha256: string;
}

/** Path of the samples: beside the manifest, whatever name that gives. */
export function samplesPath({ path, manifest }: RecordingFile): string {
  return join(dirname(path), `${manifest.source.id}.samples.u64`);
}

/** @throws InputError that says what is wrong with it */
export function readRecording(path: string): RecordingFile {
  const { bytes } = readSmallBytes(path, MAX_BYTES);
  try {
    const manifest = parseManifest(JSON.parse(bytes.toString("utf8")));
    if (basename(path) !== `${manifest.source.id}.json`) {
      throw new SyntaxError(
        `it is of ${manifest.source.id}, and should be called ${manifest.source.id}.json`,
      );
    }
    return { path, manifest, sha256: createHash("sha256").update(bytes).digest("hex") };
  } catch (error) {
    throw notUnderstood(path, error);
  }
}

/** @returns what to throw */
function notUnderstood(path: string, error: unknown): unknown {
  if (!(error instanceof SyntaxError)) return error;
  return new InputError(`${path} is not the manifest of a recording: ${error.message.slice(0, 200)}`, {
    cause: error,
  });
}

const UNITS = ["ticks", "nanoseconds", "count", "level"] as const;

/** Many times what `record` takes. */
const MOST_SAMPLES = 1e12;
const MOST_NUMBER = 1e15;

/** @throws SyntaxError naming the first fault */
export function parseManifest(value: unknown): RecordingFacts {
  const root = fieldsOf(value, "it");
  if (root["schema"] !== 1) throw new SyntaxError(`its schema is ${shownValue(root["schema"])}, not 1`);
  const { samples, ...measured } = measuredOf(root);
  const file = fieldsOf(fieldsOf(root["files"], "files")["samples"], "files.samples");
  const bytes = wholeWithin(file["bytes"], "files.samples.bytes", 0, MOST_SAMPLES * SAMPLE_BYTES);
  if (bytes !== samples * SAMPLE_BYTES) {
    throw new SyntaxError(
      `files.samples.bytes is ${bytes}, and ${samples} samples take ${samples * SAMPLE_BYTES}`,
    );
  }
  const tool = fieldsOf(root["tool"], "tool");
  return {
    schema: 1,
    source: sourceOf(fieldsOf(root["source"], "source")),
    settings: settingsOf(fieldsOf(root["settings"], "settings")),
    samples,
    restarts: restartsOf(root["restarts"]),
    tool: { name: "esoteric-entropy", version: shortText(tool["version"], "tool.version") },
    library: libraryOf(root["library"]),
    clock: clockOf(root["clock"]),
    machine: describedMachine(root["machine"]),
    ...measured,
    files: {
      samples: {
        name: shortText(file["name"], "files.samples.name"),
        format: shortText(file["format"], "files.samples.format"),
        bytes,
        sha256: hashOf(file["sha256"], "files.samples.sha256"),
      },
    },
  };
}

/** Holds what was measured, beside the plan and the files. */
type Measured = Pick<Manifest, "samples" | "runs" | "startedAt" | "endedAt" | "rateHz" | "discarded">;

/** Refuses a manifest of which only the plan is known to be what it should be. @throws InputError */
export function requireMeasured(path: string, manifest: Measured): void {
  try {
    measuredOf(fieldsOf(manifest, "it"));
  } catch (error) {
    throw notUnderstood(path, error);
  }
}

/** @throws SyntaxError */
function measuredOf(root: Fields): Measured {
  const samples = wholeWithin(root["samples"], "samples", 1, MOST_SAMPLES);
  const runs = listOf(root["runs"], "runs").map((run, i) => runOf(run, `runs[${i}]`));
  const inRuns = runs.reduce((sum, run) => sum + run.samples, 0);
  if (inRuns !== samples) throw new SyntaxError(`its runs have ${inRuns} samples, not ${samples}`);
  runs.reduce((next, run, i) => {
    if (run.firstSample !== next)
      throw new SyntaxError(`runs[${i}].firstSample is ${run.firstSample}, not ${next}`);
    return next + run.samples;
  }, 0);
  return {
    samples,
    runs,
    startedAt: timeText(root["startedAt"], "startedAt"),
    endedAt: timeText(root["endedAt"], "endedAt"),
    rateHz: numberWithin(root["rateHz"], "rateHz", 0, MOST_NUMBER),
    discarded: wholeWithin(root["discarded"], "discarded", 0, MOST_NUMBER),
  };
}

function sourceOf(source: Fields): RecordingFacts["source"] {
  const unit = UNITS.find((known) => known === source["unit"]);
  if (unit === undefined) throw new SyntaxError(`source.unit is ${shownValue(source["unit"])}`);
  const family = FAMILIES.find((known): known is Family => known === source["family"]);
  if (family === undefined) throw new SyntaxError(`source.family is ${shownValue(source["family"])}`);
  const symbolBits = wholeWithin(source["symbolBits"], "source.symbolBits", 1, 8);
  return {
    id: sourceId(shortText(source["id"], "source.id")),
    title: shortText(source["title"], "source.title"),
    family,
    unit,
    symbolBits,
    claimedH: numberWithin(source["claimedH"], "source.claimedH", 0, symbolBits),
  };
}

function settingsOf(settings: Fields): Manifest["settings"] {
  const known = (["resolver", "connectTo", "scratchFolder"] as const).filter(
    (key) => settings[key] !== undefined,
  );
  return Object.fromEntries(known.map((key) => [key, shortText(settings[key], `settings.${key}`)]));
}

function restartsOf(value: unknown): Manifest["restarts"] {
  if (value === null) return null;
  const restarts = fieldsOf(value, "restarts");
  return {
    rows: wholeWithin(restarts["rows"], "restarts.rows", 1, 1e6),
    cols: wholeWithin(restarts["cols"], "restarts.cols", 1, 1e6),
    method: typeof restarts["method"] === "string" ? restarts["method"].slice(0, 1000) : "",
  };
}

function libraryOf(value: unknown): Manifest["library"] {
  if (value === null) return null;
  const library = fieldsOf(value, "library");
  return {
    abiVersion: wholeWithin(library["abiVersion"], "library.abiVersion", 0, MOST_NUMBER),
    sha256: shortText(library["sha256"], "library.sha256"),
  };
}

function clockOf(value: unknown): Manifest["clock"] {
  if (value === null) return null;
  const clock = fieldsOf(value, "clock");
  return {
    name: shortText(clock["name"], "clock.name"),
    step: numberWithin(clock["step"], "clock.step", 0, MOST_NUMBER),
    periodNs: numberWithin(clock["periodNs"], "clock.periodNs", 0, 1e9),
  };
}

function describedMachine(value: unknown): MachineDescription {
  const machine = fieldsOf(value, "machine");
  const virtual = fieldsOf(machine["virtualMachine"], "machine.virtualMachine");
  const answer = (["yes", "no", "unknown"] as const).find((known) => known === virtual["answer"]);
  if (answer === undefined)
    throw new SyntaxError(`machine.virtualMachine.answer is ${shownValue(virtual["answer"])}`);
  return {
    ...machineOf(machine),
    system: shortText(machine["system"], "machine.system"),
    virtualMachine: { answer, evidence: shortText(virtual["evidence"], "machine.virtualMachine.evidence") },
  };
}

function runOf(value: unknown, at: string): Run {
  const run = fieldsOf(value, at);
  const load = listOf(run["loadAverage"], `${at}.loadAverage`).map((one) =>
    numberWithin(one, `${at}.loadAverage`, 0, 1e9),
  );
  if (load.length !== 2) throw new SyntaxError(`${at}.loadAverage has ${load.length} numbers, not 2`);
  return {
    firstSample: wholeWithin(run["firstSample"], `${at}.firstSample`, 0, MOST_SAMPLES),
    samples: wholeWithin(run["samples"], `${at}.samples`, 1, MOST_SAMPLES),
    discarded: wholeWithin(run["discarded"], `${at}.discarded`, 0, MOST_NUMBER),
    startedAt: timeText(run["startedAt"], `${at}.startedAt`),
    endedAt: timeText(run["endedAt"], `${at}.endedAt`),
    samplingSeconds: numberWithin(run["samplingSeconds"], `${at}.samplingSeconds`, 0, MOST_NUMBER),
    loadAverage: [load[0]!, load[1]!],
  };
}

function listOf(value: unknown, at: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new SyntaxError(`${at} is ${shownValue(value)}, not a list`);
}

function hashOf(value: unknown, at: string): string {
  if (typeof value === "string" && /^[0-9a-f]{64}$/.test(value)) return value;
  throw new SyntaxError(`${at} is ${shownValue(value)}, not a SHA-256`);
}
