/** Where the profile lies, and how it is read and written so that nobody else can change it. */
import { isAbsolute, join } from "node:path";
import { readOwnFile, replaceOwnFile } from "#kit/files/own-file.ts";
import { InputError, writeRefusal } from "../errors.ts";
import type { Host } from "../platform/host.ts";
import { identifyMachine } from "../platform/machine.ts";
import { VERSION } from "../version.ts";
import { formatProfile, mismatch, type Profile, parseProfile } from "./profile.ts";

/**
 * Folder of the program's state: below `~/Library/Application Support` on macOS; on Linux below XDG_STATE_HOME, else
 * `~/.local/state` (XDG Base Directory Specification 0.8, by which relative paths do not count).
 * Undefined where there is no home.
 */
export function stateFolder(
  os: "linux" | "darwin",
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const { HOME, XDG_STATE_HOME } = environment;
  const own = (base: string | undefined, ...rest: string[]) =>
    base !== undefined && isAbsolute(base) ? join(base, ...rest, "esoteric-entropy") : undefined;
  if (os === "darwin") return own(HOME, "Library", "Application Support");
  return own(XDG_STATE_HOME) ?? own(HOME, ".local", "state");
}

export function profilePath(folder: string): string {
  return join(folder, "profile.json");
}

export type ReadProfile =
  | { readonly kind: "absent" }
  /** Damaged, not ours alone, or of a format that is not known: nobody can tell what it would have taken away. */
  | { readonly kind: "unusable"; readonly reason: string }
  | { readonly kind: "read"; readonly profile: Profile };

export type FoundProfile =
  | ReadProfile
  /** Whole, but of another machine or version, about which it says nothing here. */
  | { readonly kind: "mismatched"; readonly reason: string };

/** Largest file that is read. A hundred sources take 30 KB. */
const MAX_BYTES = 1 << 20;

/**
 * The profile that this version of the program made on this machine, or why the one in the folder cannot be used.
 * @param folder see `stateFolder`; undefined where there is no home
 */
export function findProfile(folder: string | undefined, host: Host): FoundProfile {
  if (folder === undefined) return { kind: "absent" };
  const found = readProfile(profilePath(folder));
  if (found.kind !== "read") return found;
  const reason = mismatch(found.profile, identifyMachine(host), VERSION);
  return reason === undefined ? found : { kind: "mismatched", reason };
}

/** Reads a profile that is ours and that nobody else can write to. Refuses everything else; never throws for it. */
export function readProfile(path: string): ReadProfile {
  const found = readOwnFile(path, MAX_BYTES);
  if (found.kind !== "read") return found;
  try {
    return { kind: "read", profile: parseProfile(found.text) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { kind: "unusable", reason: `it is not understood: ${oneLine(error.message)}` };
  }
}

/** Replaces the profile atomically; only its owner may read it. @throws InputError */
export function writeProfile(folder: string, profile: Profile): void {
  const path = profilePath(folder);
  try {
    replaceOwnFile(path, formatProfile(profile));
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    throw new InputError(`the profile cannot be written to ${path}: ${writeRefusal(error)}`, {
      cause: error,
    });
  }
}

/** Makes a parser's message fit for a terminal: parsers quote their input, control characters included. */
export function oneLine(message: string): string {
  return message.replace(/[^\x20-\x7e]+/g, " ").slice(0, 200);
}
