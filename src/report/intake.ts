/**
 * Reads the data of a report, of any size. The bytes that tests need as a whole stay in memory; the rest is counted and
 * hashed as it passes, and the cheap tests see all of it.
 */
import { createHash } from "node:crypto";
import { InputError } from "../errors.ts";
import { FipsBlocks } from "../stats/other/fips140-2.ts";
import { StreamingBattery } from "../stats/other/streaming-battery.ts";
import type { SuiteId, TestResult } from "../stats/result.ts";

/**
 * Most bytes for tests that look at the data as a whole: 2²⁰, 8.4 million bits. The Fourier transform alone takes 40
 * bytes of memory a bit.
 */
export const DEEP_BYTES = 2 ** 20;

/** Bytes kept in memory: AIS 20/31 reads 1.04 MB for procedure A, 0.87 for B, and both twice after a single failure. */
export const HEAD_BYTES = 2 ** 22;

export interface Intake {
  readonly bytes: number;
  readonly sha256: string;
  /** The first HEAD_BYTES, or all, in shared memory. */
  readonly head: Uint8Array;
  /** Results of tests that saw every byte; of the battery only where the data exceed DEEP_BYTES. */
  readonly streamed: readonly TestResult[];
}

/** @throws InputError if there is no byte; the signal's reason; errors of the pieces */
export async function takeIn(
  pieces: AsyncIterable<Uint8Array>,
  suites: readonly SuiteId[],
  signal: AbortSignal,
  onBytes: (bytes: number) => void = () => {},
): Promise<Intake> {
  const hash = createHash("sha256");
  const head = new GrowingHead();
  const fips = suites.includes("fips140-2") ? new FipsBlocks() : undefined;
  let battery: StreamingBattery | undefined;
  let bytes = 0;
  for await (const piece of pieces) {
    signal.throwIfAborted();
    hash.update(piece);
    fips?.update(piece);
    if (battery === undefined && suites.includes("battery") && bytes + piece.length > DEEP_BYTES) {
      battery = new StreamingBattery().update(head.bytes);
    }
    battery?.update(piece);
    head.append(piece);
    bytes += piece.length;
    onBytes(bytes);
  }
  if (bytes === 0) throw new InputError("there is nothing to test: the input is empty");
  return {
    bytes,
    sha256: hash.digest("hex"),
    head: head.bytes,
    streamed: [...(battery?.finish() ?? []), ...(fips?.results() ?? [])],
  };
}

/** Keeps the first HEAD_BYTES that are appended. */
class GrowingHead {
  #buffer = new Uint8Array(new SharedArrayBuffer(2 ** 17));
  #length = 0;

  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  append(piece: Uint8Array): void {
    const taken = piece.subarray(0, HEAD_BYTES - this.#length);
    if (this.#length + taken.length > this.#buffer.length) {
      const size = Math.max(this.#length + taken.length, Math.min(HEAD_BYTES, 2 * this.#buffer.length));
      const larger = new Uint8Array(new SharedArrayBuffer(size));
      larger.set(this.bytes);
      this.#buffer = larger;
    }
    this.#buffer.set(taken, this.#length);
    this.#length += taken.length;
  }
}
