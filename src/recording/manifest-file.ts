/**
 * Reads the manifests of recordings, which may come from anywhere: each member is checked, and nothing else is taken over.
 */
import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { readSmallBytes } from "#kit/files/small-file.ts";
import {
  type Fields,
  fieldsOf,
  listOf,
  numberWithin,
  shortText,
  shownValue,
  timeText,
  wholeWithin,
} from "#kit/format/fields.ts";
import { InputError } from "../errors.ts";
import type { Machine, MachineDescription } from "../platform/machine.ts";
import { EFFECTS, FAMILIES, UNITS } from "../source.ts";
import { SAMPLE_BYTES } from "../trace.ts";
import type { Manifest, RecordedFile, RecordedSource, RecordingPlan, Run } from "./manifest.ts";

/** A manifest takes some 3 KB and 250 bytes a run: this is for 60,000 interruptions. */
export const MAX_MANIFEST_BYTES = 2 ** 24;

export interface RecordingFile {
  /** Path of the manifest. */
  readonly path: string;
  readonly manifest: Manifest;
  /** SHA-256 of the manifest. */
  readonly sha256: string;
}

/** Path of a file of the recording: beside the manifest, under the one name that it may have. */
export function dataPath({ path, manifest }: RecordingFile, file: "samples" | "symbols"): string {
  return join(dirname(path), manifest.files[file].name);
}

/** @throws InputError that says what is wrong with it */
export function readRecording(path: string): RecordingFile {
  const { bytes } = readSmallBytes(path, MAX_MANIFEST_BYTES);
  const manifest = understood(path, "the manifest of a recording", () => {
    const found = parseManifest(JSON.parse(bytes.toString("utf8")));
    const name = `${found.source.id}.json`;
    if (basename(path) !== name)
      throw new SyntaxError(`it is of ${found.source.id}, and should be called ${name}`);
    return found;
  });
  return { path, manifest, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** Runs a parser. @param what the file should be @throws InputError with the parser's reason */
export function understood<T>(path: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new InputError(`${path} is not ${what}: ${error.message.slice(0, 200)}`, { cause: error });
  }
}

/** Many times what `record` takes. */
const MOST_SAMPLES = 1e12;
const MOST_ROWS = 1e6;
const MOST_NUMBER = 1e15;
/** A path of Linux has 4,096 bytes, and words may stand beside it. */
const MOST_TEXT = 5_000;

/** @throws SyntaxError naming the first fault */
export function parseManifest(value: unknown): Manifest {
  const root = fieldsOf(value, "it");
  const plan = parsePlan(root);
  const { samples, restarts, source } = plan;
  const runs = parseRuns(root["runs"], 1);
  const inRuns = runs.reduce((sum, run) => sum + run.samples, 0);
  if (inRuns !== samples) throw new SyntaxError(`its runs have ${inRuns} samples, not ${samples}`);
  const files = fieldsOf(root["files"], "files");
  const file = (key: string, ending: string, bytes: number) =>
    fileOf(files[key], `files.${key}`, `${source.id}.${ending}`, bytes);
  if (!restarts && files["restarts"] !== null)
    throw new SyntaxError("files.restarts is there, and restarts is null");
  return {
    ...plan,
    startedAt: timeText(root["startedAt"], "startedAt"),
    endedAt: timeText(root["endedAt"], "endedAt"),
    rateHz: numberWithin(root["rateHz"], "rateHz", 0, MOST_NUMBER),
    discarded: wholeWithin(root["discarded"], "discarded", 0, MOST_NUMBER),
    runs,
    files: {
      samples: file("samples", "samples.u64", samples * SAMPLE_BYTES),
      symbols: file("symbols", "symbols.u8", samples),
      restarts: restarts && file("restarts", "restarts.u8", restarts.rows * restarts.cols),
    },
  };
}

/** Reads the plan that a manifest begins with, in the order in which `record` writes it. @throws SyntaxError */
export function parsePlan(value: unknown): RecordingPlan {
  const root = fieldsOf(value, "it");
  if (root["schema"] !== 1) throw new SyntaxError(`its schema is ${shownValue(root["schema"])}, not 1`);
  const tool = fieldsOf(root["tool"], "tool");
  return {
    schema: 1,
    source: sourceOf(fieldsOf(root["source"], "source")),
    settings: settingsOf(fieldsOf(root["settings"], "settings")),
    samples: wholeWithin(root["samples"], "samples", 1, MOST_SAMPLES),
    restarts: restartsOf(root["restarts"]),
    tool: { name: "esoteric-entropy", version: shortText(tool["version"], "tool.version") },
    library: libraryOf(root["library"]),
    clock: clockOf(root["clock"]),
    machine: describedMachine(root["machine"]),
  };
}

/** Reads runs that follow each other from the first sample on. @param least samples of each @throws SyntaxError */
export function parseRuns(value: unknown, least: number): Run[] {
  const runs = listOf(value, "runs").map((run, i) => runOf(run, `runs[${i}]`, least));
  runs.reduce((next, run, i) => {
    if (run.firstSample !== next)
      throw new SyntaxError(`runs[${i}].firstSample is ${run.firstSample}, not ${next}`);
    return next + run.samples;
  }, 0);
  return runs;
}

/** @param name that the file must have @param bytes that it must have */
function fileOf(value: unknown, at: string, name: string, bytes: number): RecordedFile {
  const file = fieldsOf(value, at);
  if (file["name"] !== name) throw new SyntaxError(`${at}.name is ${shownValue(file["name"])}, not ${name}`);
  if (file["bytes"] !== bytes)
    throw new SyntaxError(`${at}.bytes is ${shownValue(file["bytes"])}, and it should have ${bytes}`);
  return {
    name,
    format: shortText(file["format"], `${at}.format`),
    bytes,
    sha256: hashOf(file["sha256"], `${at}.sha256`),
  };
}

function sourceOf(source: Fields): RecordedSource {
  const symbolBits = wholeWithin(source["symbolBits"], "source.symbolBits", 1, 8);
  return {
    id: sourceId(shortText(source["id"], "source.id")),
    title: shortText(source["title"], "source.title", MOST_TEXT),
    family: oneOf(FAMILIES, source["family"], "source.family"),
    unit: oneOf(UNITS, source["unit"], "source.unit"),
    symbolBits,
    claimedH: numberWithin(source["claimedH"], "source.claimedH", 0, symbolBits),
    effects: listOf(source["effects"], "source.effects").map((one) => oneOf(EFFECTS, one, "source.effects")),
  };
}

function settingsOf(settings: Fields): Manifest["settings"] {
  const known = (["resolver", "connectTo", "scratchFolder"] as const).filter(
    (key) => settings[key] !== undefined,
  );
  return Object.fromEntries(
    known.map((key) => [key, shortText(settings[key], `settings.${key}`, MOST_TEXT)]),
  );
}

function restartsOf(value: unknown): Manifest["restarts"] {
  if (value === null) return null;
  const restarts = fieldsOf(value, "restarts");
  return {
    rows: wholeWithin(restarts["rows"], "restarts.rows", 1, MOST_ROWS),
    cols: wholeWithin(restarts["cols"], "restarts.cols", 1, MOST_ROWS),
    method: shortText(restarts["method"], "restarts.method", MOST_TEXT),
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
  return {
    ...machineOf(machine),
    system: shortText(machine["system"], "machine.system"),
    virtualMachine: {
      answer: oneOf(["yes", "no", "unknown"], virtual["answer"], "machine.virtualMachine.answer"),
      evidence: shortText(virtual["evidence"], "machine.virtualMachine.evidence"),
    },
  };
}

/** Reads the machine of a profile or a recording. @throws SyntaxError */
export function machineOf(value: unknown): Machine {
  const machine = fieldsOf(value, "machine");
  const { os, installation } = machine;
  if (os !== "linux" && os !== "darwin") throw new SyntaxError(`machine.os is ${shownValue(os)}`);
  return {
    os,
    kernel: shortText(machine["kernel"], "machine.kernel"),
    arch: shortText(machine["arch"], "machine.arch"),
    cpu: shortText(machine["cpu"], "machine.cpu"),
    processors: wholeWithin(machine["processors"], "machine.processors", 0, 1e6),
    memoryGiB: wholeWithin(machine["memoryGiB"], "machine.memoryGiB", 0, 1e9),
    installation: installation === null ? null : shortText(installation, "machine.installation"),
  };
}

function runOf(value: unknown, at: string, least: number): Run {
  const run = fieldsOf(value, at);
  const load = listOf(run["loadAverage"], `${at}.loadAverage`).map((one) =>
    numberWithin(one, `${at}.loadAverage`, 0, 1e9),
  );
  if (load.length !== 2) throw new SyntaxError(`${at}.loadAverage has ${load.length} numbers, not 2`);
  return {
    firstSample: wholeWithin(run["firstSample"], `${at}.firstSample`, 0, MOST_SAMPLES),
    samples: wholeWithin(run["samples"], `${at}.samples`, least, MOST_SAMPLES),
    discarded: wholeWithin(run["discarded"], `${at}.discarded`, 0, MOST_NUMBER),
    startedAt: timeText(run["startedAt"], `${at}.startedAt`),
    endedAt: timeText(run["endedAt"], `${at}.endedAt`),
    samplingSeconds: numberWithin(run["samplingSeconds"], `${at}.samplingSeconds`, 0, MOST_NUMBER),
    loadAverage: [load[0]!, load[1]!],
  };
}

function hashOf(value: unknown, at: string): string {
  if (typeof value === "string" && /^[0-9a-f]{64}$/.test(value)) return value;
  throw new SyntaxError(`${at} is ${shownValue(value)}, not a SHA-256`);
}

function oneOf<const T extends string>(known: readonly T[], value: unknown, at: string): T {
  const found = known.find((one) => one === value);
  if (found === undefined) throw new SyntaxError(`${at} is ${shownValue(value)}`);
  return found;
}

/** @throws SyntaxError */
export function sourceId(id: string): string {
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(id)) throw new SyntaxError(`${shownValue(id)} is not a source id`);
  return id;
}
