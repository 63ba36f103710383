/** Hands bytes to requests: at once where it can, else when they come. Refuses more waiting requests than it has room for. */
import { Refusal, tryLater } from "#kit/http/refusal.ts";
import { DrbgError, InsufficientEntropyError, PoolClosedError } from "../../errors.ts";
import type { RbgGenerator } from "../../rbg/generator.ts";

export interface DispenserLimits {
  /** A request fails after this long without new entropy, milliseconds. */
  readonly maxWaitMs: number;
  /** A request fails after this long altogether, milliseconds. Defaults to MOST_WAIT_MS. */
  readonly mostWaitMs?: number;
  /** Requests that may wait at the same time, and bytes that they may wait for together. */
  readonly maxWaiting: number;
  readonly maxWaitingBytes: number;
}

export const QUEUE_LIMITS = { maxWaiting: 1_024, maxWaitingBytes: 64 << 20 };

/**
 * A request fails after this long in any case, however entropy trickles: connections on which nothing moves are closed after
 * two minutes, and nobody shall hold a place for ever.
 */
export const MOST_WAIT_MS = 60_000;

/** Keeps no bytes itself: what lay ready would be handed out twice by two copies of this process. */
export class Dispenser {
  #waiting = 0;
  #waitingBytes = 0;

  constructor(
    private readonly generator: RbgGenerator,
    private readonly limits: DispenserLimits,
  ) {}

  /** Requests in the queue. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Fills `out` if that needs no waiting: DRBG mode, seeded, no reseed overdue. @returns whether it did */
  fillNow(out: Uint8Array): boolean {
    return this.generator.mode === "drbg" && this.generator.fillNow(out);
  }

  /**
   * Resolves with `length` bytes. A request that gives up loses what it had got.
   * @throws Refusal 503 when the queue is full, the time is over, or no source can deliver; the signal's reason
   */
  async wait(length: number, signal: AbortSignal): Promise<Uint8Array> {
    const { maxWaitMs, mostWaitMs = MOST_WAIT_MS, maxWaiting, maxWaitingBytes } = this.limits;
    if (this.#waiting >= maxWaiting || this.#waitingBytes + length > maxWaitingBytes) {
      throw tryLater(`too many requests are waiting for entropy (${this.#waiting})`, maxWaitMs);
    }
    this.#waiting += 1;
    this.#waitingBytes += length;
    const overdue = new AbortController();
    const timer = setTimeout(() => overdue.abort(), mostWaitMs);
    try {
      const out = new Uint8Array(length);
      await this.generator.fill(out, {
        signal: AbortSignal.any([signal, overdue.signal]),
        timeoutMs: maxWaitMs,
      });
      return out;
    } catch (error) {
      signal.throwIfAborted();
      if (overdue.signal.aborted) {
        throw tryLater(`not enough entropy for ${length} bytes within ${mostWaitMs / 1000} s`, maxWaitMs);
      }
      throw asRefusal(error, maxWaitMs);
    } finally {
      clearTimeout(timer);
      this.#waiting -= 1;
      this.#waitingBytes -= length;
    }
  }
}

function asRefusal(error: unknown, afterMs: number): unknown {
  if (error instanceof InsufficientEntropyError) return tryLater(error.message, afterMs);
  if (error instanceof PoolClosedError) return tryLater("the server is stopping", afterMs);
  if (error instanceof DrbgError) return new Refusal(500, error.message);
  return error;
}
