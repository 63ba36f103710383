/** Where the profile lies, and how it gets there and back without being anybody else's. */
import { randomUUID } from "node:crypto";
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { isAbsolute, join } from "node:path";
import { InputError } from "../errors.ts";
import { formatProfile, type Profile, parseProfile } from "./profile.ts";

/**
 * The folder for what the program keeps: `~/Library/Application Support` on macOS; on Linux XDG_STATE_HOME, else
 * `~/.local/state` (XDG Base Directory Specification 0.8, which says that relative paths do not count).
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
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "read"; readonly profile: Profile };

/** Some hundred sources take 30 KB. */
const MAX_BYTES = 1 << 20;

/** Reads a profile that is ours and nobody else can write to. Never throws for what lies there. */
export function readProfile(path: string): ReadProfile {
  let file: number;
  try {
    // A link could lead anywhere, and opening a pipe must not wait for anybody.
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { kind: "absent" };
    if (code === undefined) throw error;
    // FreeBSD's and macOS's word for a link not to be followed is ELOOP, too.
    return { kind: "refused", reason: code === "ELOOP" ? "it is a link" : `it cannot be opened (${code})` };
  }
  try {
    const { uid, mode, size } = fstatSync(file);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) return refused("it is not a plain file");
    if (uid !== process.geteuid?.()) return refused("it belongs to another user");
    if ((mode & 0o022) !== 0) return refused("others may write to it");
    if (size > MAX_BYTES) return refused("it is too large");
    return { kind: "read", profile: parseProfile(readFileSync(file, "utf8")) };
  } catch (error) {
    if (error instanceof SyntaxError) return refused(`it is not understood: ${oneLine(error.message)}`);
    if (error instanceof Error && "code" in error) return refused(`it cannot be read (${error.code})`);
    throw error;
  } finally {
    closeSync(file);
  }
}

/** Puts the profile in its place at one go, for its owner alone. @throws InputError */
export function writeProfile(folder: string, profile: Profile): void {
  const path = profilePath(folder);
  const unfinished = `${path}.${randomUUID()}`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    try {
      const file = openSync(unfinished, "wx", 0o600);
      try {
        writeFileSync(file, formatProfile(profile));
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(unfinished, path);
    } finally {
      rmSync(unfinished, { force: true });
    }
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    throw new InputError(`the profile cannot be written to ${path}: ${error.message}`, { cause: error });
  }
}

function refused(reason: string): ReadProfile {
  return { kind: "refused", reason };
}

/** A parser quotes what it does not understand, control characters and all. */
function oneLine(message: string): string {
  return message.replace(/[^\x20-\x7e]+/g, " ").slice(0, 200);
}
