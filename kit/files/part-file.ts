/**
 * A file that takes its name when it is complete: until then it is called `<name>.part`. A run that is killed leaves only that,
 * and a later run continues it.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from "node:fs";
import { InputError, writeRefusal } from "../errors.ts";

/** Hints for the user by cause; each becomes `hint:` lines. */
export interface PartFileHints {
  /** The file has fewer bytes than were written to it. */
  readonly shorter?: readonly string[];
  /** The disk, or the quota, is full. */
  readonly full?: readonly string[];
}

export class PartFile implements Disposable {
  readonly #part: string;
  readonly #file: number;
  #length: number;

  /**
   * Opens the unfinished file, or makes it, and cuts off what follows the first `keptBytes`.
   * @throws InputError if it is shorter than that, or cannot be opened
   */
  constructor(
    path: string,
    keptBytes: number,
    private readonly hints: PartFileHints = {},
    /** Permissions of a file that is made, less the umask. */
    mode = 0o644,
  ) {
    this.#part = `${path}.part`;
    this.#file = this.#naming(() => openSync(this.#part, existsSync(this.#part) ? "r+" : "wx+", mode));
    const stats = fstatSync(this.#file);
    if (!stats.isFile()) {
      closeSync(this.#file);
      throw new InputError(`${this.#part} is no regular file`);
    }
    const { size } = stats;
    if (size < keptBytes) {
      closeSync(this.#file);
      throw new InputError(`${this.#part}: ${size} bytes where ${keptBytes} were written`, {
        hints: hints.shorter ?? [],
      });
    }
    ftruncateSync(this.#file, keptBytes);
    this.#length = keptBytes;
  }

  get length(): number {
    return this.#length;
  }

  /** @throws InputError, for instance where there is no room */
  append(bytes: Uint8Array): void {
    this.#naming(() => {
      for (let from = 0; from < bytes.length; ) {
        const written = writeSync(this.#file, bytes, from, bytes.length - from, this.#length);
        from += written;
        this.#length += written;
      }
    });
  }

  /** Puts what was written on the disk. */
  sync(): void {
    this.#naming(() => fsyncSync(this.#file));
  }

  /** Yields the content from the beginning, up to 1 MiB at a time. The yielded buffer is reused by the next piece. */
  *pieces(): Generator<Uint8Array> {
    const buffer = new Uint8Array(PIECE_BYTES);
    for (let from = 0; from < this.#length; ) {
      const got = this.#naming(() => readSync(this.#file, buffer, 0, PIECE_BYTES, from));
      if (got === 0) throw new InputError(`${this.#part} ended after ${from} of ${this.#length} bytes`);
      yield buffer.subarray(0, got);
      from += got;
    }
  }

  sha256(): string {
    const hash = createHash("sha256");
    for (const piece of this.pieces()) hash.update(piece);
    return hash.digest("hex");
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  #naming<T>(work: () => T): T {
    return naming(this.#part, work, this.hints.full);
  }
}

/** Gives a complete file its name; does nothing where that was done already. Sync it first. @throws InputError */
export function publishPart(path: string, hints: PartFileHints = {}): void {
  const part = `${path}.part`;
  if (existsSync(part)) naming(part, () => renameSync(part, path), hints.full);
}

/** A multiple of 8, so that 64-bit numbers are not split. */
const PIECE_BYTES = 1 << 20;

/** Does the work; what the file system refuses becomes an InputError that names the file. */
export function naming<T>(path: string, work: () => T, hintsWhenFull: readonly string[] = []): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const full = code === "ENOSPC" || code === "EDQUOT";
    throw new InputError(`${path}: ${writeRefusal(error)}`, {
      cause: error,
      hints: full ? hintsWhenFull : [],
    });
  }
}
