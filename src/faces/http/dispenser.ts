/** Hands bytes to requests: at once where it can, else when they come, to no more of them than it has room for. */

import { Refusal, tryLater } from "#kit/http/refusal.ts";
import { DrbgError, InsufficientEntropyError, PoolClosedError } from "../../errors.ts";
import type { RandomBytes } from "../../rbg/generator.ts";

export interface DispenserLimits {
  /** How long a request waits for entropy. */
  readonly maxWaitMs: number;
  /** Requests that may wait at the same time, and bytes that they may wait for together. */
  readonly maxWaiting: number;
  readonly maxWaitingBytes: number;
}

export const QUEUE_LIMITS = { maxWaiting: 1_024, maxWaitingBytes: 64 << 20 };

/** DRBG output is drawn this much at a time for small answers: a draw of its own costs each of them 3 µs. */
const DRAWN_BYTES = 16_384;

export class Dispenser {
  readonly #drawn = new Uint8Array(DRAWN_BYTES);
  #used = DRAWN_BYTES;
  #waiting = 0;
  #waitingBytes = 0;

  constructor(
    private readonly random: RandomBytes,
    private readonly limits: DispenserLimits,
  ) {}

  /** Requests in the queue. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Fills `out` if that needs no waiting: DRBG mode, instantiated, no reseed overdue. @returns whether it did */
  fillNow(out: Uint8Array): boolean {
    if (this.random.mode !== "drbg" || !this.random.isReady) return false;
    try {
      if (out.length > DRAWN_BYTES) this.random.fillNow(out);
      else this.#takeDrawn(out);
      return true;
    } catch (error) {
      if (error instanceof DrbgError) return false; // only waiting can bring the reseed
      throw error;
    }
  }

  /**
   * `length` bytes as soon as they are there. A request that gives up loses what it had got.
   * @throws Refusal 503 when the queue is full, the time is over, or no source can deliver; the signal's reason
   */
  async wait(length: number, signal: AbortSignal): Promise<Uint8Array> {
    const { maxWaitMs, maxWaiting, maxWaitingBytes } = this.limits;
    if (this.#waiting >= maxWaiting || this.#waitingBytes + length > maxWaitingBytes) {
      throw tryLater(`too many requests are waiting for entropy (${this.#waiting})`, maxWaitMs);
    }
    const limited = new AbortController();
    const timer = setTimeout(() => limited.abort(), maxWaitMs);
    const onAbort = () => limited.abort();
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort);
    this.#waiting += 1;
    this.#waitingBytes += length;
    try {
      return await this.random.exactly(length, limited.signal);
    } catch (error) {
      signal.throwIfAborted();
      if (limited.signal.aborted) {
        throw tryLater(`not enough entropy for ${length} bytes within ${maxWaitMs / 1000} s`, maxWaitMs);
      }
      throw asRefusal(error, maxWaitMs);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      this.#waiting -= 1;
      this.#waitingBytes -= length;
    }
  }

  /** Overwrites what was drawn ahead. */
  close(): void {
    this.#drawn.fill(0);
    this.#used = DRAWN_BYTES;
  }

  #takeDrawn(out: Uint8Array): void {
    if (this.#used + out.length > DRAWN_BYTES) {
      this.random.fillNow(this.#drawn);
      this.#used = 0;
    }
    const taken = this.#drawn.subarray(this.#used, this.#used + out.length);
    out.set(taken);
    taken.fill(0);
    this.#used += out.length;
  }
}

function asRefusal(error: unknown, afterMs: number): unknown {
  if (error instanceof InsufficientEntropyError) return tryLater(error.message, afterMs);
  if (error instanceof PoolClosedError) return tryLater("the server is stopping", afterMs);
  if (error instanceof DrbgError) return new Refusal(500, error.message);
  return error;
}
