/** Small files of the system, read at one go. What is absent, forbidden or not a plain file is simply not there. */
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

/** /proc/interrupts of a machine with 512 processors is about 3 MB, and the largest file that sources look at. */
const MAX_TEXT_BYTES = 8 << 20;

/** Suffices for nearly everything below /proc and /sys; kept, for sources read the same files all the time. */
const usualBuffer = Buffer.allocUnsafeSlow(64 << 10);

/**
 * The whole text of a file; undefined where it is absent, may not be read, is no plain file or is too large: half a
 * file would be half the truth.
 */
export function readText(path: string): string | undefined {
  return orUndefined(() => {
    // Files below /proc call themselves plain. Opening a pipe or a terminal for writing must not wait for anybody.
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

/** Names in a folder, sorted by code unit; none where it is absent or may not be read. */
export function readFolder(path: string): readonly string[] {
  return orUndefined(() => readdirSync(path).sort()) ?? [];
}

/** The first executable plain file of that name in the folders. */
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

/** What the system refuses, for whatever reason, is absent. Other errors are ours. */
function orUndefined<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof Error && "errno" in error) return undefined;
    throw error;
  }
}
