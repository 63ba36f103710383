/**
 * A file that gets its name when it is whole: until then it is called `<name>.part`, and a run that is killed leaves
 * only that behind, to be continued.
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
import { InputError } from "../errors.ts";

export class PartFile implements Disposable {
  readonly #part: string;
  readonly #file: number;
  #length: number;

  /**
   * Opens the unfinished file, or makes it, and drops whatever follows the first `keptBytes`.
   * @throws InputError if it is shorter than that, or cannot be had
   */
  constructor(
    readonly path: string,
    keptBytes: number,
  ) {
    this.#part = `${path}.part`;
    this.#file = naming(this.#part, () => openSync(this.#part, existsSync(this.#part) ? "r+" : "wx+", 0o644));
    const { size } = fstatSync(this.#file);
    if (size < keptBytes) {
      closeSync(this.#file);
      throw new InputError(`${this.#part}: ${size} bytes where ${keptBytes} were written`, {
        hints: ["remove what is left of this recording and start anew"],
      });
    }
    ftruncateSync(this.#file, keptBytes);
    this.#length = keptBytes;
  }

  get length(): number {
    return this.#length;
  }

  /** @throws InputError where there is no room */
  append(bytes: Uint8Array): void {
    naming(this.#part, () => {
      for (let from = 0; from < bytes.length; ) {
        const written = writeSync(this.#file, bytes, from, bytes.length - from, this.#length);
        from += written;
        this.#length += written;
      }
    });
  }

  /** Waits until the disk has it: only then may others rely on it. */
  sync(): void {
    naming(this.#part, () => fsyncSync(this.#file));
  }

  /** The content from the beginning, piece by piece; each piece is overwritten by the next. */
  *pieces(): Generator<Uint8Array> {
    const buffer = new Uint8Array(PIECE_BYTES);
    for (let from = 0; from < this.#length; ) {
      const got = naming(this.#part, () => readSync(this.#file, buffer, 0, PIECE_BYTES, from));
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

  /** Gives it its name. */
  publish(): void {
    this.sync();
    naming(this.path, () => renameSync(this.#part, this.path));
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}

/** Whole samples of 64 bits. */
const PIECE_BYTES = 1 << 20;

const EXPLANATIONS: Readonly<Record<string, string>> = {
  ENOSPC: "no space left on the disk",
  EDQUOT: "the disk quota is used up",
  EFBIG: "larger than files may be here",
  EACCES: "permission denied",
  EROFS: "the file system is read-only",
  EISDIR: "there is a folder of this name",
};

/** What the file system refuses, as an error that names the file. */
export function naming<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const full = code === "ENOSPC" || code === "EDQUOT";
    throw new InputError(`${path}: ${EXPLANATIONS[code ?? ""] ?? message}`, {
      cause: error,
      hints: full ? ["make room and give the same command again: it continues where it stopped"] : [],
    });
  }
}
