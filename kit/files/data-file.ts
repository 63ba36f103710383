/** Files, pipes and standard input, read once from beginning to end. */
import { close, fstat, open, read, type Stats, stat } from "node:fs";
import { isatty } from "node:tty";
import { promisify } from "node:util";
import { orAborted, pause } from "../abort.ts";
import { InputError, readRefusal, UsageError } from "../errors.ts";

const openFile = promisify(open);
const closeFile = promisify(close);
const statFile = promisify(fstat);
const statPath = promisify(stat);

/** Bytes of one read: large enough for the system call not to matter, small enough for a progress line to move. */
const PIECE_BYTES = 1 << 20;
const STDIN = 0;
/** Time until an empty non-blocking pipe is read again. */
const RETRY_MS = 2;

/** Hints for the user by cause; each becomes `hint:` lines. */
export interface DataHints {
  /** A device without end is read without a limit. */
  readonly endless?: readonly string[];
  /** Nothing is piped into standard input. */
  readonly terminal?: readonly string[];
}

export interface DataFile extends AsyncDisposable {
  readonly name: string;
  /** Length of a regular file; undefined for a pipe and the like. */
  readonly bytes: number | undefined;
  /** Tells if a regular file is still the same, unchanged; undefined for standard input, a pipe and the like. */
  readonly stamp: string | undefined;
  /**
   * Yields the data; can be called once. A piece is valid until the next one is requested.
   * @throws InputError if reading fails, the data end before `limit`, or never do; the signal's reason
   */
  pieces(signal: AbortSignal, extent?: Extent): AsyncGenerator<Uint8Array>;
}

/** How much of the data is read; all by default. */
export interface Extent {
  /** Number of bytes, counted from the beginning of the data; undefined for all. */
  readonly limit?: number | undefined;
  /** Place in a file that has a stamp, where reading begins; before `limit`. */
  readonly from?: number | undefined;
  /** The reader ends by itself: a device without end is read even without `limit`. */
  readonly isEndless?: boolean | undefined;
}

/** Opens a file, FIFO or device. @throws InputError that says what is wrong with the path; the signal's reason */
export async function openDataFile(
  path: string,
  signal: AbortSignal,
  hints: DataHints = {},
): Promise<DataFile> {
  // Opening a FIFO waits for someone to write to it.
  const fd = await orAborted(openFile(path, "r"), signal).catch((error: unknown) => {
    throw signal.aborted ? signal.reason : explain(path, error);
  });
  return describe(path, fd, hints);
}

/** @throws UsageError if nothing is piped in */
export async function openStdin(hints: DataHints = {}): Promise<DataFile> {
  if (isatty(STDIN)) throw new UsageError("standard input is the terminal", hints.terminal);
  return describe("standard input", STDIN, hints);
}

async function describe(name: string, fd: number, hints: DataHints): Promise<DataFile> {
  const stats = await statFile(fd).catch((error: unknown) => {
    throw explain(name, error);
  });
  if (stats.isDirectory()) {
    if (fd !== STDIN) await closeFile(fd);
    throw new InputError(`${name} is a directory`);
  }
  const isPlain = stats.isFile() && stats.size > 0;
  const { dev, ino, size, mtimeMs, ctimeMs } = stats;
  return {
    name,
    bytes: isPlain ? size : undefined,
    stamp: isPlain && fd !== STDIN ? [dev, ino, size, mtimeMs, ctimeMs].join(" ") : undefined,
    async *pieces(signal, { limit, from, isEndless = false } = {}) {
      // The null device is empty, and ends; one that was closed from the start says so.
      if (limit === undefined && !isEndless && stats.isCharacterDevice() && !(await isNullDevice(stats))) {
        throw new InputError(`${name} is a device without end`, { hints: hints.endless ?? [] });
      }
      // Said before anything is done with the data, and not at their end.
      if (isPlain && fd !== STDIN && limit !== undefined && limit > size) throw endsBefore(name, size, limit);
      yield* readPieces({ name, fd, from }, signal, limit);
    },
    async [Symbol.asyncDispose]() {
      if (fd !== STDIN) await closeFile(fd);
    },
  };
}

/** A descriptor that was closed from the start is this device, and cannot be read. */
async function isNullDevice({ rdev }: Stats): Promise<boolean> {
  return rdev === (await statPath("/dev/null").catch(() => undefined))?.rdev;
}

async function* readPieces(
  { name, fd, from }: { readonly name: string; readonly fd: number; readonly from: number | undefined },
  signal: AbortSignal,
  limit?: number,
): AsyncGenerator<Uint8Array> {
  const most = limit ?? Number.POSITIVE_INFINITY;
  let got = from ?? 0;
  // One buffer is filled while the caller works on the other.
  const buffers = [new Uint8Array(PIECE_BYTES), new Uint8Array(PIECE_BYTES)];
  const fill = () => {
    buffers.reverse();
    const room = buffers[0]!.subarray(0, Math.min(PIECE_BYTES, most - got));
    const place = from === undefined ? undefined : got;
    const filled = readSome(fd, room, place, signal).then((count) => room.subarray(0, count));
    filled.catch(() => {}); // reported when it is awaited
    return filled;
  };
  try {
    for (let next = fill(); ; ) {
      const piece = await orAborted(next, signal);
      got += piece.length;
      if (piece.length === 0) break;
      if (got < most) next = fill();
      yield piece;
      if (got >= most) return;
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error instanceof InputError ? error : explain(name, error);
  }
  if (limit !== undefined) throw endsBefore(name, got, limit);
}

function endsBefore(name: string, bytes: number, asked: number): InputError {
  return new InputError(`${name} ends after ${bytes} bytes; ${asked} were asked for`);
}

/** Reads at least one byte; returns 0 at the end. @param place in the file; undefined: where the last read has ended */
async function readSome(
  fd: number,
  buffer: Uint8Array,
  place: number | undefined,
  signal: AbortSignal,
): Promise<number> {
  for (;;) {
    const count = await new Promise<number | undefined>((resolve, reject) => {
      read(fd, buffer, 0, buffer.length, place ?? null, (error, bytes) => {
        if (!error) resolve(bytes);
        else if (error.code === "EAGAIN") resolve(undefined);
        else reject(error);
      });
    });
    if (count !== undefined) return count;
    await pause(RETRY_MS, signal);
  }
}

function explain(name: string, error: unknown): InputError {
  const options = { cause: error };
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
    case "ENOTDIR":
      return new InputError(`there is no file ${name}`, options);
    case "EACCES":
    case "EPERM":
      return new InputError(`${name} may not be read`, options);
    case "EISDIR":
      return new InputError(`${name} is a directory`, options);
    case "EBADF":
      return new InputError(`${name} is closed`, options);
    default:
      return new InputError(`cannot read ${name}: ${readRefusal(error)}`, options);
  }
}
