/**
 * A FIFO that behaves like a device file: this process writes random bytes, others read them.
 *
 * Both ends stay open here. Readers come and go and never meet an end of file. The pipe fills once and keeps its bytes for
 * the next reader. Waiting for a reader is a write(2) that blocks in a thread of its own; meanwhile this process only looks
 * now and then whether it was copied, since a copy has the bytes in the pipe, too.
 * If the writing end were closed between readers, one that opens the FIFO in that moment would read an end of file.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  type Stats,
  unlinkSync,
  write,
} from "node:fs";
import { constants as os } from "node:os";
import { getSystemErrorName } from "node:util";
import { onAbort } from "#kit/abort.ts";
import { holdFile } from "#kit/files/file-lock.ts";
import { InputError, NativeError, writeRefusal } from "../../errors.ts";
import type { Host } from "../../platform/host.ts";

/** Interval between drains until a write ends. One drain may not do: the write may exceed the pipe, and others may write too. */
const EMPTY_EVERY_MS = 10;
/** Interval at which a write that waits looks whether its bytes are stale. A reader may come before it looks. */
const LOOK_EVERY_MS = 250;
const OWNER_ONLY = 0o600;

/** Native calls that make a FIFO; `Host["native"]` has them. */
export type FifoCalls = Pick<Extract<Host["native"], { ok: true }>["library"], "makeFifo" | "resizePipe">;

export interface FifoOptions {
  readonly path: string;
  /** Permissions of a new FIFO, whatever the umask. An existing one keeps its own. */
  readonly mode: number;
  /** Capacity of the pipe. Linux rounds up to a power of two of pages. */
  readonly pipeBytes: number;
  /** Effective user. An existing FIFO has to belong to this user or to root. */
  readonly userId: number;
}

export class Fifo implements Disposable {
  /** Bytes read to empty the pipe; thrown away. */
  readonly #scrap = new Uint8Array(1 << 16);

  private constructor(
    private readonly path: string,
    private readonly found: Stats,
    /** True if it was made here; then `close` removes it. */
    readonly made: boolean,
    /** Open for reading and writing, so that opening does not wait. Writes wait for room. */
    private readonly fd: number,
    /** The reading end, non-blocking. */
    private readonly drain: number,
    private readonly lock: Disposable,
  ) {}

  /**
   * Makes the FIFO or opens the existing one.
   * @throws InputError if the path is something else, another user's, or served by another program; leaves nothing behind
   */
  static open(options: FifoOptions, calls: FifoCalls): Fifo {
    const { path, mode, pipeBytes, userId } = options;
    let found: Stats | undefined;
    let made = false;
    let fifo: Fifo | undefined;
    const lock = hold(path);
    try {
      made = make(path, calls);
      found = lstatSync(path);
      requireFifo(path, found);
      if (!made) requireOwner(path, found, userId);
      fifo = new Fifo(path, found, made, ...openEnds(path, found), lock);
      if (made) fchmodSync(fifo.fd, mode);
      fifo.#empty(); // others may have left bytes in it
      calls.resizePipe(fifo.fd, 2 ** Math.floor(Math.log2(pipeBytes)));
      return fifo;
    } catch (error) {
      if (fifo) fifo.close();
      else {
        if (made && found?.isFIFO()) remove(path, found);
        lock[Symbol.dispose]();
      }
      throw asInputError(path, error);
    }
  }

  /**
   * Waits until the pipe has taken all of `bytes`, or they are stale. Then all that was not read is thrown away, of earlier
   * writes, too.
   * @param isStale once true, stays true
   * @throws the signal's reason
   */
  async write(bytes: Uint8Array, signal: AbortSignal, isStale = () => false): Promise<void> {
    for (let done = 0; done < bytes.length && !isStale(); ) {
      signal.throwIfAborted();
      done += await this.#writeSome(bytes, done, signal, isStale);
    }
    if (isStale()) this.#empty();
    signal.throwIfAborted();
  }

  /** Throws away unread bytes, and removes the FIFO if it was made here. */
  close(): void {
    this.#empty();
    if (this.made) remove(this.path, this.found);
    closeSync(this.drain);
    closeSync(this.fd);
    this.lock[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Writes part of `bytes`. A write that waits for room cannot be cancelled; on abort, or if it has become stale, the pipe is
   * drained until it ends.
   */
  async #writeSome(
    bytes: Uint8Array,
    offset: number,
    signal: AbortSignal,
    isStale: () => boolean,
  ): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    let emptying: ReturnType<typeof setInterval> | undefined;
    const empty = () => {
      this.#empty();
      emptying ??= setInterval(() => this.#empty(), EMPTY_EVERY_MS);
    };
    using _ = onAbort(signal, empty);
    const looking = setInterval(() => {
      if (isStale()) empty();
    }, LOOK_EVERY_MS);
    write(this.fd, bytes, offset, bytes.length - offset, null, (error, count) => {
      if (error) reject(error);
      else resolve(count);
    });
    try {
      return await promise;
    } finally {
      clearInterval(emptying);
      clearInterval(looking);
    }
  }

  #empty(): void {
    try {
      while (readSync(this.drain, this.#scrap) > 0);
    } catch (error) {
      if (!isErrno(error, "EAGAIN")) throw error;
    } finally {
      this.#scrap.fill(0);
    }
  }
}

/** Keeps other programs from serving the path. @throws InputError where one does */
function hold(path: string): Disposable {
  let held: Disposable | undefined;
  try {
    held = holdFile(`${path}.lock`);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    // Root may have made the FIFO for this user, in a folder where nothing else can be made. Where there is none, making it says why.
    return { [Symbol.dispose]() {} };
  }
  if (held) return held;
  throw new InputError(`another program serves ${path}`, { hints: ["end it, or give another path"] });
}

/** @returns true if it was made, false if the name is taken */
function make(path: string, calls: FifoCalls): boolean {
  try {
    calls.makeFifo(path, OWNER_ONLY);
    return true;
  } catch (error) {
    if (error instanceof NativeError && error.errno === os.errno.EEXIST) return false;
    throw error;
  }
}

/** Opens both ends. @throws InputError if the FIFO was replaced since it was found */
function openEnds(path: string, found: Stats): [fd: number, drain: number] {
  const fds: number[] = [];
  const openSame = (flags: number): number => {
    const fd = openSync(path, flags | constants.O_NOFOLLOW | constants.O_NOCTTY);
    fds.push(fd);
    if (!isSame(found, fstatSync(fd))) throw new InputError(`${path} was replaced while it was opened`);
    return fd;
  };
  try {
    return [openSame(constants.O_RDWR), openSame(constants.O_RDONLY | constants.O_NONBLOCK)];
  } catch (error) {
    for (const fd of fds) closeSync(fd);
    throw error;
  }
}

/** Removes the FIFO, unless something else has taken its name. */
function remove(path: string, found: Stats): void {
  if (isSame(lstatSync(path, { throwIfNoEntry: false }), found)) unlinkSync(path);
}

/** Refuses symbolic links too: their owner may point them elsewhere at any time. */
function requireFifo(path: string, found: Stats): void {
  if (!found.isFIFO()) {
    throw new InputError(`${path} is ${kindOf(found)}, not a FIFO, and is left alone`, {
      hints: ["give a path where nothing exists yet"],
    });
  }
}

function requireOwner(path: string, found: Stats, userId: number): void {
  if (found.uid !== userId && found.uid !== 0) {
    throw new InputError(
      `the FIFO ${path} belongs to another user (${found.uid}), who may read and write it`,
      {
        hints: ["give a path in a folder that only you may write to"],
      },
    );
  }
}

function kindOf(stats: Stats): string {
  if (stats.isSymbolicLink()) return "a symbolic link";
  if (stats.isDirectory()) return "a folder";
  if (stats.isSocket()) return "a socket";
  return stats.isFile() ? "a file" : "a device";
}

function isSame(a: Stats | undefined, b: Stats): boolean {
  return a !== undefined && a.dev === b.dev && a.ino === b.ino;
}

function isErrno(error: unknown, code: string): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && error.code === code;
}

/** Turns a system error into an InputError about the user's path. */
function asInputError(path: string, error: unknown): unknown {
  if (error instanceof InputError || !(error instanceof Error)) return error;
  if (!(error instanceof NativeError) && !("errno" in error)) return error;
  const isNamed = error instanceof NativeError && error.errno !== undefined;
  const code = isNamed ? getSystemErrorName(-error.errno!) : undefined;
  const words = writeRefusal(code === undefined ? error : { code, message: error.message });
  return new InputError(`cannot serve ${path}: ${words}`, { cause: error });
}
