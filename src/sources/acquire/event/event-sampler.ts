/** Shared part of the sources whose samples are events that arrive by themselves, not results of a native loop. */
import { NativeError, SourceError, ToolError } from "../../../errors.ts";
import type { Host } from "../../../platform/host.ts";
import type { Sampler, SourceInfo } from "../../../source.ts";
import type { RawTrace } from "../../../trace.ts";

/** A stream of events, taken in order. */
export interface EventFeed extends AsyncDisposable {
  /**
   * Resolves with the next raw samples: at least one, at most `max`, in order. Every feed limits its own wait.
   * @throws SourceError, ToolError, NativeError; the signal's reason
   */
  take(max: number, signal: AbortSignal): Promise<Batch>;
}

export interface Batch {
  /** Whole numbers; negative ones become two's complement of 64 bits. */
  readonly values: ArrayLike<number>;
  /** Warm-up samples dropped just before these. */
  readonly discarded: number;
}

/** Takes from a feed until it has as many samples as requested. */
export class EventSampler implements Sampler {
  constructor(
    private readonly info: SourceInfo,
    private readonly host: Host,
    private readonly feed: EventFeed,
  ) {}

  async sample(n: number, signal: AbortSignal): Promise<RawTrace> {
    signal.throwIfAborted();
    if (!Number.isInteger(n) || n < 1) throw new RangeError(`sample count ${n} is not a positive integer`);
    const samples = new BigInt64Array(n);
    const startedNs = this.host.nowNs();
    let discarded = 0;
    for (let at = 0; at < n; ) {
      const batch = await this.#take(n - at, signal);
      discarded += batch.discarded;
      for (let i = 0; i < batch.values.length; i++) samples[at++] = BigInt(batch.values[i]!);
    }
    const elapsedNs = this.host.nowNs() - startedNs;
    const unsigned = new BigUint64Array(samples.buffer);
    return { sourceId: this.info.id, samples: unsigned, discarded, startedNs, elapsedNs };
  }

  async #take(max: number, signal: AbortSignal): Promise<Batch> {
    try {
      const batch = await this.feed.take(max, signal);
      signal.throwIfAborted();
      return batch;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ToolError || error instanceof NativeError)) throw error;
      throw new SourceError(this.info.id, error.message, { cause: error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.feed[Symbol.asyncDispose]();
  }
}
