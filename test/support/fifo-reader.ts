/** Reads a FIFO as another program would, but in this process and without blocking it. */
import { closeSync, constants, openSync, readSync } from "node:fs";

export class FifoReader implements Disposable {
  readonly #fd: number;

  constructor(path: string) {
    this.#fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  }

  /** Resolves with exactly `length` bytes, once they are there. @throws Error at an end of file */
  async read(length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const got = this.#readSome(bytes, done);
      if (got === 0) throw new Error(`end of file after ${done} bytes`);
      if (got === undefined) await turn();
      else done += got;
    }
    return bytes;
  }

  /** Returns the bytes that are there now. */
  readReady(): Buffer {
    const pieces: Buffer[] = [];
    for (;;) {
      const piece = Buffer.alloc(1 << 16);
      const got = this.#readSome(piece, 0) ?? 0;
      if (got === 0) return Buffer.concat(pieces);
      pieces.push(piece.subarray(0, got));
    }
  }

  close(): void {
    closeSync(this.#fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** @returns undefined if nothing is there yet, 0 at an end of file */
  #readSome(into: Buffer, offset: number): number | undefined {
    try {
      return readSync(this.#fd, into, offset, into.length - offset, null);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EAGAIN") return undefined;
      throw error;
    }
  }
}

/** Lets everything else run. Takes a millisecond, because worker threads are few. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
