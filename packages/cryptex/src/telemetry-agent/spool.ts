/** Lines that wait until it is known whether all of them are right: in memory, and from some size on in a file that has no name. */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError, writeRefusal } from "#kit/errors.ts";

const MEMORY_BYTES = 8 * 2 ** 20;
const PIECE_BYTES = 2 ** 20;

export class Spool implements Disposable {
  #pieces: Uint8Array[] = [];
  #held = 0;
  #file: number | undefined;
  #folder: string | undefined;
  #written = 0;

  /** @throws InputError where there is no room for it */
  add(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
    this.#held += bytes.length;
    if (this.#held > (this.#file === undefined ? MEMORY_BYTES : PIECE_BYTES)) this.#write();
  }

  /** Yields what was added, in pieces of any size. Nothing may be added any more. @throws InputError */
  *pieces(): Generator<Uint8Array, void> {
    for (let at = 0; at < this.#written; ) {
      const piece = new Uint8Array(Math.min(PIECE_BYTES, this.#written - at));
      const got = named(() => readSync(this.#file!, piece, 0, piece.length, at));
      if (got === 0) throw new InputError("the file for lines that wait was cut off by somebody");
      at += got;
      yield piece.subarray(0, got);
    }
    yield* this.#pieces;
  }

  #write(): void {
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#held = 0;
    named(() => {
      this.#file ??= this.#open();
      for (let from = 0; from < bytes.length; )
        from += writeSync(this.#file, bytes, from, bytes.length - from, this.#written + from);
    });
    this.#written += bytes.length;
  }

  /** Its name goes at once where the system allows that, so that nothing is left behind. */
  #open(): number {
    this.#folder = mkdtempSync(join(tmpdir(), "cryptex-"));
    const file = openSync(join(this.#folder, "lines"), "wx+", 0o600);
    if (process.platform !== "win32") this.#removeFolder();
    return file;
  }

  #removeFolder(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.#removeFolder();
  }
}

function named<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    throw new InputError(`cannot keep lines that wait in ${tmpdir()}: ${writeRefusal(error)}`, {
      cause: error,
      hints: ["TMPDIR names another folder for them"],
    });
  }
}
