/**
 * The files of a code base. Nothing outside the root is ever opened: symbolic links are not followed, and paths that lead out are
 * refused. Whatever cannot be read is said, without the path of the machine.
 */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, realpathSync, type Stats } from "node:fs";
import { join, posix, sep } from "node:path";
import { fromUtf8, visibleBytes } from "#kit/format/visible.ts";
import { type FileBytes, readBytes, refusal } from "../harvest/source-files.ts";

/** Folders that hold no code of the code base, and may be there on one machine and not on another. */
const NEVER_ENTERED = [
  ".git",
  ".hg",
  ".svn",
  "node_modules",
  "__pycache__",
  ".venv",
  "venv",
  ".tox",
  ".mypy_cache",
  ".pytest_cache",
  ".ruff_cache",
];

/** Reason where there is no such file. */
export const NOT_THERE = "is not there";

/** More than code bases have; a walk that goes on for ever would fill memory. */
const MOST_FILES = 1_000_000;
/** More than code has, and few enough for the patterns of CODEOWNERS to be held against a path. */
const MOST_LEVELS = 100;

export interface Remark {
  readonly path: string;
  readonly reason: string;
}

export interface Tree {
  /** Paths of regular files below the root, with slashes, in order. */
  readonly files: readonly string[];
  /** Entries that are neither files nor folders. */
  readonly others: readonly Remark[];
  /** Entries that could not be looked at. */
  readonly unread: readonly Remark[];
}

/** @param isLeftOut tells folders that are not asked for, by their path @throws Error where the root itself cannot be read */
export function listFiles(root: string, isLeftOut: (folder: string) => boolean): Tree {
  const files: string[] = [];
  const others: Remark[] = [];
  const unread: Remark[] = [];
  const open = [""];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    if (files.length > MOST_FILES) {
      unread.push({ path: folder, reason: `not looked into: there are more than ${MOST_FILES} files` });
      break;
    }
    for (const { name, path } of entriesOf(root, folder, unread)) {
      const stats = entryAt(root, path, unread);
      if (stats?.isFile()) files.push(path);
      else if (stats?.isDirectory()) {
        if (NEVER_ENTERED.includes(name) || isLeftOut(path)) continue;
        if (path.split("/").length < MOST_LEVELS) open.push(path);
        else unread.push({ path, reason: `not looked into: ${MOST_LEVELS} levels deep` });
      } else if (stats) {
        others.push({ path, reason: stats.isSymbolicLink() ? "symbolic link" : "no regular file" });
      }
    }
  }
  const byPath = (a: Remark, b: Remark) => (a.path < b.path ? -1 : 1);
  return { files: files.sort(), others: others.sort(byPath), unread: unread.sort(byPath) };
}

function entriesOf(root: string, folder: string, unread: Remark[]): { name: string; path: string }[] {
  let names: string[];
  try {
    // Names that are no UTF-8 come as they are: a character a byte.
    names = readdirSync(join(root, folder), "latin1");
  } catch (error) {
    const reason = reasonOf(error);
    if (folder === "") throw new Error(`the folder ${reason}`);
    unread.push({ path: folder, reason });
    return [];
  }
  return names.flatMap((binary) => {
    const bytes = Buffer.from(binary, "latin1");
    const name = fromUtf8(bytes);
    if (name !== undefined) return [{ name, path: folder === "" ? name : `${folder}/${name}` }];
    unread.push({ path: posix.join(folder, visibleBytes(bytes)), reason: "its name is no UTF-8" });
    return [];
  });
}

function entryAt(root: string, path: string, unread: Remark[]): Stats | undefined {
  try {
    return lstatSync(join(root, path), { throwIfNoEntry: false });
  } catch (error) {
    unread.push({ path, reason: reasonOf(error) });
    return undefined;
  }
}

/** Reads a regular file below the root, by a path that may come from anybody. @param root its real path */
export function readBelow(root: string, path: string, maxBytes: number): FileBytes {
  const refusal = refusalOf(path) ?? linkIn(root, path);
  if (refusal !== undefined) return { reason: refusal };
  return readBytes(join(root, path), maxBytes);
}

/** Says of a path that somebody wrote why it is none below the root; undefined where it is one. */
export function refusalOf(path: string): string | undefined {
  if (path.includes("\0")) return "has a NUL character in it";
  if (path.includes("\\") || /^[a-z]:/i.test(path)) return "is no path with slashes below the root";
  const parts = path.split("/");
  if (parts[0] === "" || parts.includes("..")) return "may lead out of the root";
  if (parts.includes("") || parts.includes(".")) return "is not the shortest path below the root";
  return undefined;
}

/** A folder on the way may be a link. */
function linkIn(root: string, path: string): string | undefined {
  let real: string;
  try {
    real = realpathSync(join(root, path));
  } catch (error) {
    return reasonOf(error);
  }
  if (real === join(root, path)) return undefined;
  if (!real.startsWith(root.endsWith(sep) ? root : root + sep)) return "leads out of the root";
  return "is a link, or written in another case";
}

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR" ? NOT_THERE : `cannot be read: ${refusal(error)}`;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
