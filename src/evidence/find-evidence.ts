/** Finds what A or B names: a recording, a folder of them, a package, a profile, or a tag of the index. */
import { createHash } from "node:crypto";
import { type Dirent, existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { readSmallBytes, readSmallFile } from "#kit/files/small-file.ts";
import { type Profile, parseProfile } from "../calibration/profile.ts";
import { InputError, readRefusal, UsageError } from "../errors.ts";
import { MAX_MANIFEST_BYTES, type RecordingFile, readRecording } from "../recording/manifest-file.ts";
import { type Entry, readCatalogue } from "./catalogue/catalogue.ts";
import { placeOf } from "./catalogue/states.ts";

export type Evidence =
  | {
      readonly kind: "recordings";
      /** As it was named. */
      readonly name: string;
      readonly place: "recording" | "folder" | "package" | "tag";
      /** By source. */
      readonly recordings: ReadonlyMap<string, RecordingFile>;
      /** Recordings and files that were found and left out, each with its reason, and what has changed since it was tagged. */
      readonly remarks: readonly string[];
    }
  | {
      readonly kind: "profile";
      readonly name: string;
      readonly path: string;
      readonly profile: Profile;
      readonly remarks: readonly string[];
    };

/** Begins a name that is a tag, where a file of that name is there too. */
const TAG = "tag:";

/** @throws UsageError for a name that is a tag and a path; InputError where there is nothing, or nothing that can be compared */
export function findEvidence(name: string, stateFolder: string | undefined): Evidence {
  const tag = name.startsWith(TAG) ? name.slice(TAG.length) : name;
  const tagged = /[/\\]/.test(tag) ? [] : readCatalogue(stateFolder).filter(({ tags }) => tags.includes(tag));
  const isThere = existsSync(name) || existsSync(`${name}.json`);
  if (tagged.length > 0 && isThere && tag === name) {
    throw new UsageError(`'${name}' is a tag and a path`, [`./${name} is the path, ${TAG}${name} the tag`]);
  }
  if (tagged.length > 0) return ofTag(name, tagged);
  if (tag !== name) throw new InputError(`no recording has the tag '${tag}'`, { hints: [LIST] });
  if (!isThere) {
    throw new InputError(`there is no file, folder or tag '${name}'`, { hints: [LIST] });
  }
  return isFolder(name) ? ofFolder(name) : ofFile(existsSync(name) ? name : `${name}.json`, name);
}

const LIST = "'esoteric-entropy evidence list' shows the tags";

/** Takes the last of several recordings of one source. */
function ofTag(name: string, entries: readonly Entry[]): Evidence {
  const latest = [...entries].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const others = latest.filter(({ kind }) => kind !== "recording");
  if (others.length > 0 && latest.length > 1) {
    throw new InputError(
      `the tag '${name}' is on a ${others[0]!.kind} and on something else: ${latest.map(placeOf).join(", ")}`,
      {
        hints: ["name one of the paths"],
      },
    );
  }
  if (others[0]) {
    const { kind, path, sha256 } = others[0];
    const { bytes } = readSmallBytes(path, MAX_MANIFEST_BYTES);
    const isSame = createHash("sha256").update(bytes).digest("hex") === sha256;
    const found = kind === "package" ? ofFolder(dirname(path)) : ofFile(path, name);
    return isSame ? found : { ...found, remarks: [...found.remarks, changedText(path)] };
  }
  const recordings = new Map<string, RecordingFile>();
  const remarks: string[] = [];
  for (const { path, sha256 } of latest) {
    const recording = readOrRemark(path, remarks);
    if (!recording) continue;
    const { id } = recording.manifest.source;
    if (recording.sha256 !== sha256) remarks.push(changedText(path));
    const before = recordings.get(id);
    if (before) remarks.push(`${before.path} is left out: ${path} has the tag too, and is later`);
    recordings.set(id, recording);
  }
  requireSome(recordings, `the tag '${name}'`, remarks);
  return { kind: "recordings", name, place: "tag", recordings, remarks };
}

function changedText(path: string): string {
  return `${path} has changed since it was tagged`;
}

/** @returns undefined for one that cannot be used, of which a remark is made */
function readOrRemark(path: string, remarks: string[]): RecordingFile | undefined {
  try {
    return readRecording(path);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    remarks.push(error.message);
    return undefined;
  }
}

/** @throws InputError where there is none */
function requireSome(
  { size }: ReadonlyMap<string, RecordingFile>,
  place: string,
  hints: readonly string[],
): void {
  if (size === 0) throw new InputError(`${place} holds no recording that can be used`, { hints });
}

/** A profile has sources, a recording one source. */
function ofFile(path: string, name: string): Evidence {
  const { text } = readSmallFile(path, MAX_MANIFEST_BYTES);
  if (isProfile(text)) {
    try {
      return { kind: "profile", name, path, profile: parseProfile(text), remarks: [] };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new InputError(`${path} is not a profile that can be used: ${error.message.slice(0, 200)}`, {
        cause: error,
      });
    }
  }
  const recording = readRecording(path);
  return {
    kind: "recordings",
    name,
    place: "recording",
    recordings: new Map([[recording.manifest.source.id, recording]]),
    remarks: [],
  };
}

function isProfile(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "sources" in value && "clock" in value;
  } catch {
    return false; // whoever reads it as a recording says why it is none
  }
}

/** Appears last in a package, and holds the hashes of its files. */
export const PACKAGE_FILE = "SHA256SUMS";

/** A package has a folder for each source, with other sheets beside the recording. */
function ofFolder(folder: string): Evidence {
  const sources = join(folder, "sources");
  const isPackage = isFolder(sources);
  const found = isPackage ? inPackage(sources) : inFolder(folder);
  const remarks = [...found.remarks];
  if (isPackage && !existsSync(join(folder, PACKAGE_FILE))) {
    remarks.push(
      `${folder}: the package is not complete; the 'evidence package' command that began it goes on`,
    );
  }
  const recordings = new Map<string, RecordingFile>();
  for (const path of found.manifests) {
    const recording = readOrRemark(path, remarks);
    if (recording) recordings.set(recording.manifest.source.id, recording);
  }
  requireSome(recordings, folder, remarks);
  return { kind: "recordings", name: folder, place: isPackage ? "package" : "folder", recordings, remarks };
}

interface Manifests {
  readonly manifests: readonly string[];
  readonly remarks: readonly string[];
}

function inFolder(folder: string): Manifests {
  const names = namesIn(folder).map(({ name }) => name);
  const ends = (ending: string) => names.filter((name) => name.endsWith(ending));
  const isRecording = (name: string) => names.includes(`${name.slice(0, -".json".length)}.samples.u64`);
  return {
    manifests: ends(".json")
      .filter(isRecording)
      .map((name) => join(folder, name)),
    remarks: [
      ...[...ends(".json.part"), ...ends(".json.ready")].map((name) => unfinished(join(folder, name))),
      ...ends(".json")
        .filter((name) => !isRecording(name))
        .map((name) => `${join(folder, name)} is left out: there are no samples beside it`),
    ],
  };
}

function inPackage(sources: string): Manifests {
  const folders = namesIn(sources).filter((entry) => entry.isDirectory());
  const paths = folders.map(({ name }) => join(sources, name, `${name}.json`));
  const isComplete = (path: string) => existsSync(path);
  return {
    manifests: paths.filter(isComplete),
    remarks: paths.filter((path) => !isComplete(path)).map((path) => unfinished(path)),
  };
}

function unfinished(path: string): string {
  return `${path} is left out: the recording is not complete; the command that began it goes on`;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function namesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw new InputError(`cannot read ${folder}: ${readRefusal(error)}`, { cause: error });
  }
}
