/** Finds the files of rules that paths stand for, and reads one. */
import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import type { Quarantined } from "./rule-info.ts";

/** Names of files that a folder of rules is searched for. A file that is named itself may be called anything. */
const RULE_FILE = /\.(yar|yara|rule|rules)$/i;
/** Far above any collection that is published as one file (the largest known has 30 MB). */
const MAX_RULE_FILE_BYTES = 256 * 1024 * 1024;

/** A file that was named, or found below a folder that was named. */
export interface ListedFile {
  /** As it was named, or below what was named. */
  readonly path: string;
  /** The folder that was named; for a file, the folder that it lies in. */
  readonly root: string;
  /** Was not found below a folder, nor included. */
  readonly isNamed?: true;
}

/** Lists the rule files that paths stand for, sorted below each path. Paths that cannot be read are quarantined. */
export function listRuleFiles(paths: readonly string[]): {
  readonly listed: readonly ListedFile[];
  readonly quarantined: readonly Quarantined[];
} {
  const listed: ListedFile[] = [];
  const quarantined: Quarantined[] = [];
  for (const path of paths) {
    try {
      if (statSync(path).isDirectory()) {
        const visited = new Set<string>();
        for (const found of ruleFilesBelow(path, visited, quarantined))
          listed.push({ path: found, root: path });
      } else listed.push({ path, root: dirname(path), isNamed: true });
    } catch (error) {
      quarantined.push(unreadable(path, error));
    }
  }
  return { listed, quarantined };
}

/** Walks a folder in the order of names; links are followed, each folder is visited once. */
function* ruleFilesBelow(
  folder: string,
  visited: Set<string>,
  quarantined: Quarantined[],
): Generator<string> {
  let entries: Dirent[];
  try {
    const real = realpathSync(folder);
    if (visited.has(real)) return;
    visited.add(real);
    entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    quarantined.push(unreadable(folder, error));
    return;
  }
  for (const entry of entries) {
    const { name } = entry;
    const path = join(folder, name);
    const isFolder = entry.isSymbolicLink() ? statOrUndefined(path)?.isDirectory() : entry.isDirectory();
    if (isFolder) yield* ruleFilesBelow(path, visited, quarantined);
    else if (RULE_FILE.test(name)) yield path;
  }
}

/**
 * Lists the places where an included file is looked for: beside the file that includes it, then in the folders for includes.
 * @param name a binary string, as the include has it
 */
export function includePlaces(from: string, name: string, folders: readonly string[]): string[] {
  const path = Buffer.from(name, "latin1").toString();
  if (isAbsolute(path)) return [path];
  return [dirname(from), ...folders].map((folder) => join(folder, path));
}

export function statOrUndefined(path: string) {
  try {
    return statSync(path);
  } catch {
    return undefined; // a link to nowhere: reported when it is read
  }
}

/**
 * Reads a regular file; never waits and never reads on, whatever lies there.
 * @param mayWait takes a pipe too, and waits for who writes to it
 * @throws Error that says why not
 */
export function readRuleFile(path: string, mayWait = false): Uint8Array {
  check(statSync(path), mayWait); // some devices act when they are opened
  // Opening a pipe without O_NONBLOCK waits for a writer. Windows has no such flag, and no such pipe.
  const fd = openSync(path, constants.O_RDONLY | (mayWait ? 0 : (constants.O_NONBLOCK ?? 0)));
  try {
    const stats = fstatSync(fd);
    check(stats, mayWait);
    return readAll(fd, stats.size);
  } finally {
    closeSync(fd);
  }
}

function check(stats: Stats, mayWait: boolean): void {
  if (stats.isDirectory()) throw new Error("is a folder");
  if (stats.isFIFO() && !mayWait)
    throw new Error("is a pipe, which is read only where scan --rules names it");
  if (!stats.isFile() && !stats.isFIFO()) throw new Error("is no file of rules");
}

/** Bytes of a first read where the size is not known, as for pipes. */
const PIECE_BYTES = 64 * 1024;

/** @param size expected */
function readAll(fd: number, size: number): Uint8Array {
  const isTooLarge = new Error(`is larger than ${MAX_RULE_FILE_BYTES / 1024 / 1024} MiB`);
  if (size > MAX_RULE_FILE_BYTES) throw isTooLarge;
  let bytes = new Uint8Array(size > 0 ? size + 1 : PIECE_BYTES);
  for (let length = 0; ; ) {
    const count = readSync(fd, bytes, length, bytes.length - length, null);
    if (count === 0) return bytes.subarray(0, length);
    length += count;
    if (length > MAX_RULE_FILE_BYTES) throw isTooLarge;
    if (length === bytes.length) {
      const larger = new Uint8Array(2 * length);
      larger.set(bytes);
      bytes = larger;
    }
  }
}

export function unreadable(path: string, error: unknown): Quarantined {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason =
    code === "ENOENT"
      ? lstatExists(path)
        ? "the link leads nowhere"
        : // Bytes that are no UTF-8 were read as this sign.
          path.includes("\uFFFD")
          ? "its name, or that of its folder, is no UTF-8: give it another"
          : "there is no such file"
      : code === "EACCES" || code === "EPERM"
        ? "permission denied"
        : message;
  return { rule: null, file: path, line: null, reason: `cannot be read: ${reason}`, harmless: false };
}

function lstatExists(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
