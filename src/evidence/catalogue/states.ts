/** Looks whether tagged evidence is still there, and still what it was when it was tagged. */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { openDataFile } from "#kit/files/data-file.ts";
import { readSmallBytes } from "#kit/files/small-file.ts";
import { InputError, readRefusal } from "../../errors.ts";
import { dataPath, MAX_MANIFEST_BYTES, readRecording } from "../../recording/manifest-file.ts";
import type { Entry } from "./catalogue.ts";

export interface Listed extends Entry {
  readonly state: "there" | "gone" | "changed" | "unreadable";
  /** Names the file that is not as it was, or why it cannot be read. */
  readonly reason?: string;
}

/** @param data also hash the samples of recordings, however large @throws the signal's reason */
export async function stateOf(entry: Entry, data: boolean, signal: AbortSignal): Promise<Listed> {
  try {
    return await lookedAt(entry, data, signal);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { ...entry, state: "unreadable", reason: error.message };
  }
}

/** @throws InputError for a file that cannot be read; the signal's reason */
async function lookedAt(entry: Entry, data: boolean, signal: AbortSignal): Promise<Listed> {
  if (sizeOf(entry.path) === undefined) return { ...entry, state: "gone", reason: `${entry.path} is gone` };
  const { bytes } = readSmallBytes(entry.path, MAX_MANIFEST_BYTES);
  if (createHash("sha256").update(bytes).digest("hex") !== entry.sha256) {
    return { ...entry, state: "changed", reason: `${entry.path} is another file than was tagged` };
  }
  return entry.kind === "recording"
    ? await recordingState(entry, data, signal)
    : { ...entry, state: "there" };
}

/** The manifest is as it was, and holds the lengths and hashes of its files. */
async function recordingState(entry: Entry, data: boolean, signal: AbortSignal): Promise<Listed> {
  const recording = readRecording(entry.path);
  const { samples } = recording.manifest.files;
  const path = dataPath(recording, "samples");
  const size = sizeOf(path);
  if (size === undefined) return { ...entry, state: "gone", reason: `${path} is gone` };
  if (size !== samples.bytes || (data && (await hashOf(path, signal)) !== samples.sha256)) {
    return { ...entry, state: "changed", reason: `${path} is not what was recorded` };
  }
  return { ...entry, state: "there" };
}

async function hashOf(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  await using file = await openDataFile(path, signal);
  for await (const piece of file.pieces(signal)) hash.update(piece);
  return hash.digest("hex");
}

/** Undefined where there is no such file. @throws InputError */
function sizeOf(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size;
  } catch (error) {
    throw new InputError(`cannot read ${path}: ${readRefusal(error)}`, { cause: error });
  }
}

/** Names the place of evidence for people: the folder of a package, else the file. */
export function placeOf({ kind, path }: Entry): string {
  return kind === "package" ? join(dirname(path), "") : path;
}
