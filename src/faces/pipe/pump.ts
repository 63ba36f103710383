/** Writes a generator's bytes to stdout: one piece is written while the next is made. */
import { pause } from "#kit/abort.ts";
import type { FillOptions, Generator } from "../../rbg/generator.ts";
import type { Encoder } from "./encode.ts";

export interface PumpOptions {
  /** Number of bytes; Infinity for endless output. */
  readonly bytes: number;
  /** Highest mean rate; undefined for no limit. */
  readonly bytesPerSecond: number | undefined;
  readonly timeoutMs: number;
  /** Shows that entropy is awaited, until it is disposed. */
  readonly showWait?: (() => Disposable) | undefined;
}

/**
 * Writes `bytes` bytes, encoded, and at the end the rest that the encoder kept back.
 * @param write resolves when a piece is written
 * @throws the errors of `fill` and `write`; the signal's reason
 */
export async function pump(
  generator: Generator,
  encoder: Encoder,
  { bytes, bytesPerSecond, timeoutMs, showWait }: PumpOptions,
  write: (piece: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  // Ends the wait for entropy when writing fails.
  const failed = new AbortController();
  const options: FillOptions = { signal: AbortSignal.any([signal, failed.signal]), timeoutMs };
  const pace = new Pace(bytesPerSecond);
  const buffers = new TwoBuffers();
  let left = bytes;

  const make = async (): Promise<Uint8Array | undefined> => {
    if (left === 0) return undefined;
    const allowed = await pace.allowance(signal);
    const piece = buffers.next(Math.min(left, allowed, generator.pieceBytes));
    {
      using _ = showWait?.();
      await generator.fill(piece, options);
    }
    left -= piece.length;
    pace.spend(piece.length);
    return encoder.encode(piece);
  };

  try {
    for (let piece = await make(); piece !== undefined; ) {
      [, piece] = await Promise.all([write(piece), make()]);
    }
    await write(encoder.end());
  } finally {
    failed.abort();
  }
}

/** Two buffers in turn: one is written while the other is filled. */
class TwoBuffers {
  #buffers: [Uint8Array, Uint8Array] = [new Uint8Array(0), new Uint8Array(0)];

  next(length: number): Uint8Array {
    const [current, other] = this.#buffers;
    const buffer = other.length < length ? new Uint8Array(length) : other;
    this.#buffers = [buffer, current];
    return buffer.subarray(0, length);
  }
}

/** Limits output to a mean rate, in pieces of at most a tenth of a second's worth. */
class Pace {
  #spent = 0;
  #startMs: number | undefined;

  constructor(private readonly bytesPerSecond: number | undefined) {}

  /** Waits until bytes may be made. @returns their number */
  async allowance(signal: AbortSignal): Promise<number> {
    const rate = this.bytesPerSecond;
    if (rate === undefined) return Number.POSITIVE_INFINITY;
    this.#startMs ??= performance.now();
    const waitMs = this.#startMs + (this.#spent / rate) * 1000 - performance.now();
    if (waitMs > 0) await pause(waitMs, signal);
    return Math.max(1, Math.floor(rate / 10));
  }

  spend(bytes: number): void {
    this.#spent += bytes;
  }
}
