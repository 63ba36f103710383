/** Hands bytes to requests: at once where it can, else when they come. Refuses more waiting requests than it has room for. */
import { onAbort } from "#kit/abort.ts";
import { Refusal, tryLater } from "#kit/http/refusal.ts";
import { DrbgError, InsufficientEntropyError, PoolClosedError } from "../../errors.ts";
import type { RbgGenerator } from "../../rbg/generator.ts";

export interface DispenserLimits {
  /** A request fails after this long without new entropy, milliseconds. */
  readonly maxWaitMs: number;
  /** Requests that may wait at the same time, and bytes that they may wait for together, or have and are being sent. */
  readonly maxWaiting: number;
  readonly maxWaitingBytes: number;
}

export const QUEUE_LIMITS = { maxWaiting: 1_024, maxWaitingBytes: 64 << 20 };

/** Longest `maxWaitMs`: sources that gave nothing for a minute will not soon. */
export const MOST_WAIT_MS = 60_000;

/** When the server stops, requests get what is there; after this long those that still wait are refused, milliseconds. */
export const LAST_BYTES_MS = 100;

/** Bytes for an answer that is sent in parts. Disposing wipes those that were not taken. */
export interface Supply extends Disposable {
  /** @throws as `wait`; DrbgError where a copy of this process may have the bytes */
  take(length: number, signal: AbortSignal): Promise<Uint8Array>;
}

/** Keeps no bytes itself: what lay ready would be handed out twice by two copies of this process. */
export class Dispenser {
  #waiting = 0;
  /** Bytes that are waited for, or are being sent. */
  #bytes = 0;

  /** Aborted when nobody may wait any more. */
  readonly #over = new AbortController();

  /** @param closing aborted when the server stops */
  constructor(
    private readonly generator: RbgGenerator,
    private readonly limits: DispenserLimits,
    closing: AbortSignal,
  ) {
    onAbort(closing, () => setTimeout(() => this.#over.abort(new PoolClosedError()), LAST_BYTES_MS));
  }

  /** Requests in the queue. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Fills `out` if that needs no waiting: DRBG mode, seeded, no reseed overdue.
   * @returns whether it did @throws Refusal 500 once the self-test has failed
   */
  fillNow(out: Uint8Array): boolean {
    try {
      return this.generator.mode === "drbg" && this.generator.fillNow(out);
    } catch (error) {
      throw asRefusal(error, 0);
    }
  }

  /**
   * Resolves with `length` bytes. A request goes on waiting while new entropy comes for it. One that gives up loses what it had got.
   * @throws Refusal 503 when the queue is full, no entropy comes, no source can deliver, or the server stops; the signal's reason
   */
  async wait(length: number, signal: AbortSignal): Promise<Uint8Array> {
    const { maxWaitMs, maxWaiting, maxWaitingBytes } = this.limits;
    if (this.#waiting >= maxWaiting || this.#bytes + length > maxWaitingBytes) {
      throw tryLater(`too many requests are waiting for entropy (${this.#waiting})`, maxWaitMs);
    }
    this.#waiting += 1;
    this.#bytes += length;
    const ended = AbortSignal.any([signal, this.#over.signal]);
    try {
      const out = new Uint8Array(length);
      await this.generator.fill(out, { signal: ended, timeoutMs: maxWaitMs });
      return out;
    } catch (error) {
      signal.throwIfAborted();
      throw asRefusal(error, maxWaitMs);
    } finally {
      this.#waiting -= 1;
      this.#bytes -= length;
    }
  }

  /**
   * Resolves with the bytes of an answer: DRBG output, which is made as it is taken, or full entropy, which was waited for as a whole.
   * @throws as `wait`
   */
  async supply(length: number, signal: AbortSignal): Promise<Supply> {
    if (this.generator.mode === "drbg") {
      return { take: (part, gone) => this.wait(part, gone), [Symbol.dispose]() {} };
    }
    const bytes = await this.wait(length, signal);
    const { epoch } = this.generator;
    let taken = 0;
    this.#bytes += length;
    return {
      take: async (part) => {
        if (epoch !== this.generator.epoch)
          throw new DrbgError("the process was copied: these bytes are another's, too");
        taken += part;
        return bytes.slice(taken - part, taken);
      },
      [Symbol.dispose]: () => {
        bytes.fill(0);
        this.#bytes -= length;
      },
    };
  }
}

function asRefusal(error: unknown, afterMs: number): unknown {
  if (error instanceof InsufficientEntropyError) return tryLater(error.message, afterMs);
  if (error instanceof PoolClosedError) return tryLater("the server is stopping", afterMs);
  if (error instanceof DrbgError) return new Refusal(500, error.message);
  return error;
}
