/** Reads small files of the system whole. Absent, forbidden and non-plain files all count as absent. */
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
} from "node:fs";
import { join } from "node:path";

/** The largest file that sources read is /proc/interrupts: about 3 MB on a machine with 512 processors. */
const MAX_TEXT_BYTES = 8 << 20;

/** Holds nearly every file below /proc and /sys. Kept, because sources read the same files all the time. */
const usualBuffer = Buffer.allocUnsafeSlow(64 << 10);

/**
 * Returns the whole text of a file, never part of it; undefined if it is absent, unreadable, too large or not a plain
 * file.
 */
export function readText(path: string): string | undefined {
  return orUndefined(() => {
    // Files below /proc claim to be plain. The flags keep the opening of a pipe or a terminal from waiting.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      return fstatSync(file).isFile() ? readAll(file) : undefined;
    } finally {
      closeSync(file);
    }
  });
}

function readAll(file: number): string | undefined {
  let buffer = usualBuffer;
  let length = 0;
  for (;;) {
    const got = readSync(file, buffer, length, buffer.length - length, null);
    if (got === 0) return buffer.toString("utf8", 0, length);
    length += got;
    if (length > MAX_TEXT_BYTES) return undefined;
    if (length === buffer.length) buffer = Buffer.concat([buffer], 2 * length);
  }
}

/** Lists the names in a folder, sorted by code unit; empty if it is absent or unreadable. */
export function readFolder(path: string): readonly string[] {
  return orUndefined(() => readdirSync(path).sort()) ?? [];
}

/** Finds the first executable plain file of that name; skips relative folders. */
export function findTool(name: string, folders: readonly string[]): string | undefined {
  if (!/^[\w.+-]+$/.test(name)) return undefined;
  return folders
    .filter((folder) => folder.startsWith("/"))
    .map((folder) => join(folder, name))
    .find((path) =>
      orUndefined(() => {
        accessSync(path, constants.X_OK);
        return statSync(path).isFile();
      }),
    );
}

/** Returns undefined for whatever the system refuses. Other errors are bugs, and pass. */
function orUndefined<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof Error && "errno" in error) return undefined;
    throw error;
  }
}
