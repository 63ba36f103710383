/** Looks whether tagged evidence is still there, and still what it was when it was tagged. */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { openDataFile } from "#kit/files/data-file.ts";
import { readSmallBytes } from "#kit/files/small-file.ts";
import { InputError } from "../../errors.ts";
import { dataPath, readRecording } from "../../recording/manifest-file.ts";
import type { Entry } from "./catalogue.ts";

export interface Listed extends Entry {
  readonly state: "there" | "gone" | "changed";
  /** Names the file that is gone or has changed. */
  readonly reason?: string;
}

/** As large as a manifest may be. */
const MAX_BYTES = 2 ** 24;

/** @param data also hash the samples of recordings, however large @throws the signal's reason */
export async function stateOf(entry: Entry, data: boolean, signal: AbortSignal): Promise<Listed> {
  if (!isThere(entry.path)) return { ...entry, state: "gone", reason: `${entry.path} is gone` };
  try {
    const { bytes } = readSmallBytes(entry.path, MAX_BYTES);
    if (createHash("sha256").update(bytes).digest("hex") !== entry.sha256) {
      return { ...entry, state: "changed", reason: `${entry.path} is another file than was tagged` };
    }
    if (entry.kind !== "recording") return { ...entry, state: "there" };
    return await recordingState(entry, data, signal);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { ...entry, state: "changed", reason: error.message };
  }
}

/** The manifest is as it was, and holds the lengths and hashes of its files. */
async function recordingState(entry: Entry, data: boolean, signal: AbortSignal): Promise<Listed> {
  const recording = readRecording(entry.path);
  const { samples } = recording.manifest.files;
  const path = dataPath(recording, "samples");
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return { ...entry, state: "gone", reason: `${path} is gone` };
  if (stats.size !== samples.bytes || (data && (await hashOf(path, signal)) !== samples.sha256)) {
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

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Names the place of evidence for people: the folder of a package, else the file. */
export function placeOf({ kind, path }: Entry): string {
  return kind === "package" ? join(dirname(path), "") : path;
}
