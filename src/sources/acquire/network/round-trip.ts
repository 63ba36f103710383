/** Shared part of the two sources that send something out and wait for the answer. */
import { pause } from "#kit/abort.ts";
import type { Batch, EventFeed } from "../event/event-sampler.ts";

export interface RoundTrip extends AsyncDisposable {
  /** Resolves with the ticks of the next round trip. @throws SourceError, NativeError; the signal's reason */
  measure(signal: AbortSignal): Promise<number>;
}

/** Limits of tries and waits. */
export interface Patience {
  /** Round trips tried before it is an error. */
  readonly tries: number;
  /** Longest wait for an answer. */
  readonly tryMs: number;
  /** Least time from the beginning of one sample to that of the next, so that nobody is flooded. */
  readonly paceMs: number;
}

/** Two tries stay below the 2 s after which the scheduler gives up a source without having heard why. */
export const USUAL_PATIENCE: Patience = { tries: 2, tryMs: 900, paceMs: 10 };

/** The first round trip also finds hardware addresses, routes and names, and fills caches on its way. */
const WARM_UP = 1;

/** A call of the native library that works on words. @throws NativeError */
export type NativeStep = (words: BigUint64Array) => void;

/** Makes one round trip after the other, at a civil pace. */
export class RoundTripFeed implements EventFeed {
  #warmUp = WARM_UP;
  #nextAtMs = 0;

  constructor(
    private readonly trip: RoundTrip,
    private readonly paceMs: number,
  ) {}

  async take(_max: number, signal: AbortSignal): Promise<Batch> {
    const discarded = this.#warmUp;
    for (; this.#warmUp > 0; this.#warmUp--) await this.#next(signal);
    return { values: [await this.#next(signal)], discarded };
  }

  async #next(signal: AbortSignal): Promise<number> {
    const waitMs = this.#nextAtMs - performance.now();
    if (waitMs > 0) await pause(waitMs, signal);
    this.#nextAtMs = performance.now() + this.paceMs;
    return this.trip.measure(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.trip[Symbol.asyncDispose]();
  }
}
