/** Puts evidence into the index. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { readOwnFile } from "#kit/files/own-file.ts";
import { readSmallBytes } from "#kit/files/small-file.ts";
import { type Profile, parseProfile } from "../../calibration/profile.ts";
import { profilePath } from "../../calibration/profile-file.ts";
import { InputError } from "../../errors.ts";
import type { Machine } from "../../platform/machine.ts";
import type { RecordingFile } from "../../recording/manifest-file.ts";
import { type Evidence, findEvidence, PACKAGE_FILE } from "../find-evidence.ts";
import { addToCatalogue, type Entry } from "./catalogue.ts";

/** Largest profile, as `calibrate` reads it, and more than the hashes of a package take. */
const MAX_BYTES = 1 << 20;

/**
 * Gives tags to a recording, to each of a folder, to a package as one, or to a profile; without tags it does nothing.
 * @param path as `evidence compare` takes it, but no tag @param stateFolder undefined where there is no home
 * @returns the entries, with all their tags, and what was left out of a folder
 * @throws InputError for what is no evidence or a package that is not complete, and where the index cannot be used or written; the signal's
 *   reason
 */
export async function tagEvidence(
  path: string,
  tags: readonly string[],
  stateFolder: string | undefined,
  signal: AbortSignal,
): Promise<{ readonly entries: readonly Entry[]; readonly remarks: readonly string[] }> {
  if (tags.length === 0) return { entries: [], remarks: [] };
  const found = findEvidence(path, undefined);
  const entries: Entry[] = [];
  for (const entry of entriesOf(found, path))
    entries.push(await addToCatalogue(stateFolder, { ...entry, tags }, signal));
  return { entries, remarks: found.remarks };
}

function entriesOf(found: Evidence, path: string): Entry[] {
  if (found.kind === "profile") {
    return [
      entryOfProfile(resolve(found.path), found.profile, hashOf(readSmallBytes(found.path, MAX_BYTES).bytes)),
    ];
  }
  const entries = [...found.recordings.values()].map(entryOfRecording);
  if (found.place !== "package") return entries;
  const hashes = resolve(join(path, PACKAGE_FILE));
  if (!existsSync(hashes))
    throw new InputError(`${path} is a package that is not complete`, { hints: found.remarks });
  const { source: _, ...first } = entries[0]!;
  return [
    { ...first, kind: "package", path: hashes, sha256: hashOf(readSmallBytes(hashes, MAX_BYTES).bytes) },
  ];
}

function entryOfRecording({ path, manifest, sha256 }: RecordingFile): Entry {
  return {
    kind: "recording",
    path: resolve(path),
    source: manifest.source.id,
    at: new Date(manifest.startedAt).toISOString(),
    machine: machineText(manifest.machine),
    tags: [],
    sha256,
  };
}

function entryOfProfile(path: string, { machine, sources }: Profile, sha256: string): Entry {
  const times = [...sources.values()].map(({ calibratedAt }) => Date.parse(calibratedAt));
  const at = new Date(Math.max(0, ...times)).toISOString();
  return { kind: "profile", path, at, machine: machineText(machine), tags: [], sha256 };
}

/** This machine's profile, which needs no tag; undefined where there is none that can be used. */
export function profileEntry(stateFolder: string | undefined): Entry | undefined {
  if (stateFolder === undefined) return undefined;
  const path = profilePath(stateFolder);
  const found = readOwnFile(path, MAX_BYTES);
  if (found.kind !== "read") return undefined;
  try {
    return entryOfProfile(path, parseProfile(found.text), hashOf(found.text));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // 'calibrate' and 'pool' say so
    throw error;
  }
}

function hashOf(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

function machineText({ cpu, os, kernel }: Machine): string {
  return `${cpu}, ${os} ${kernel}`.slice(0, 200);
}
