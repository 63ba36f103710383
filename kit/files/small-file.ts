/** Files of the user's that are read in one go: tokens, keys, certificates, settings. */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { InputError, readRefusal } from "../errors.ts";

export interface SmallFile {
  readonly text: string;
  /** Users other than its owner have a permission on it. A group may read what belongs to root: that is how others get at it at all. */
  readonly exposed: boolean;
}

/** Reads a regular file that holds text. @throws InputError as `readSmallBytes` */
export function readSmallFile(path: string, maxBytes: number): SmallFile {
  const { bytes, exposed } = readSmallBytes(path, maxBytes);
  return { text: bytes.toString("utf8"), exposed };
}

/** Reads a file that holds a secret. @param warn told if it is exposed @throws InputError as `readSmallBytes` */
export function readSecret(path: string, maxBytes: number, warn: (message: string) => void): string {
  const { text, exposed } = readSmallFile(path, maxBytes);
  if (exposed) warn(exposure(path));
  return text;
}

/** Says of a file with a secret that it is exposed, and what to do. */
export function exposure(path: string): string {
  return `${path} can be read by other users: chmod 600 it`;
}

/**
 * Reads a regular file. Never waits and never reads on: a FIFO, a device or a longer file is refused.
 * @throws InputError
 */
export function readSmallBytes(
  path: string,
  maxBytes: number,
): { readonly bytes: Buffer; readonly exposed: boolean } {
  let file: number;
  try {
    // Opening a FIFO without O_NONBLOCK waits for someone to write to it. Windows has no such flag, and no FIFO.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw cannotRead(path, error);
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new InputError(`cannot read ${path}: it is not a regular file`);
    const bytes = readUpTo(file, maxBytes + 1);
    if (bytes.length > maxBytes) {
      throw new InputError(`cannot read ${path}: it is larger than ${maxBytes} bytes`);
    }
    return { bytes, exposed: isExposed(stats) };
  } catch (error) {
    throw error instanceof InputError ? error : cannotRead(path, error);
  } finally {
    closeSync(file);
  }
}

/** Windows has no such bits. */
function isExposed({ mode, uid }: Stats): boolean {
  if (process.platform === "win32") return false;
  const isOfRoot = uid === 0 && process.getuid?.() !== 0;
  return (mode & (isOfRoot ? 0o037 : 0o077)) !== 0;
}

/** Most small files are smaller. */
const FIRST_BYTES = 16 * 1024;

/** A file's size may be 0 where there is content (/proc), and may change; only reading tells. */
function readUpTo(file: number, maxBytes: number): Buffer {
  let buffer = Buffer.alloc(Math.min(maxBytes, FIRST_BYTES));
  let length = 0;
  while (length < maxBytes) {
    if (length === buffer.length) {
      const larger = Buffer.alloc(Math.min(maxBytes, 2 * length));
      buffer.copy(larger);
      buffer.fill(0); // it may hold a secret
      buffer = larger;
    }
    const count = readSync(file, buffer, length, buffer.length - length, null);
    if (count === 0) break;
    length += count;
  }
  return buffer.subarray(0, length);
}

function cannotRead(path: string, cause: unknown): InputError {
  return new InputError(`cannot read ${path}: ${readRefusal(cause)}`, { cause });
}
