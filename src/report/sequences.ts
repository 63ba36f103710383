/** Cuts a stream into sequences of equal length, as NIST's program takes them. */
import { createHash } from "node:crypto";
import { InputError } from "../errors.ts";

export interface SequenceStream {
  /** The sequences, in order, in shared memory. */
  readonly sequences: AsyncIterable<Uint8Array>;
  /** Bytes and digest of all data, once the sequences have been read. */
  readonly total: () => { readonly bytes: number; readonly sha256: string };
}

/**
 * Cuts `count` sequences of `length` bytes. Bytes after the last are counted and hashed.
 * @throws InputError while reading, if the data end too early
 */
export function cutSequences(
  pieces: AsyncIterable<Uint8Array>,
  count: number,
  length: number,
  signal: AbortSignal,
): SequenceStream {
  const hash = createHash("sha256");
  let bytes = 0;
  async function* cut(): AsyncGenerator<Uint8Array> {
    let made = 0;
    let sequence = new Uint8Array(new SharedArrayBuffer(length));
    let filled = 0;
    for await (const piece of pieces) {
      signal.throwIfAborted();
      hash.update(piece);
      bytes += piece.length;
      for (let at = 0; at < piece.length && made < count; ) {
        const taken = piece.subarray(at, at + length - filled);
        sequence.set(taken, filled);
        filled += taken.length;
        at += taken.length;
        if (filled < length) continue;
        yield sequence;
        made += 1;
        sequence = new Uint8Array(new SharedArrayBuffer(length));
        filled = 0;
      }
    }
    if (made < count) {
      throw new InputError(
        `${count} sequences of ${length} bytes need ${count * length}, there are ${bytes}`,
      );
    }
  }
  let digest: string | undefined;
  return {
    sequences: cut(),
    total: () => {
      digest ??= hash.digest("hex");
      return { bytes, sha256: digest };
    },
  };
}
