/** The raw symbols of sources as they come, for study: neither tested nor credited nor conditioned. */
import { InsufficientEntropyError, PoolClosedError } from "../errors.ts";
import type { SamplingThread } from "../sampling/protocol.ts";
import { Collector, DEFAULT_LIMITS } from "../sampling/scheduler.ts";
import type { SourceInfo } from "../source.ts";
import { toSymbols } from "../trace.ts";

export interface NoisePiece {
  readonly info: SourceInfo;
  /** Consecutive symbols of that source, one a byte. */
  readonly symbols: Uint8Array;
}

/** Symbols kept for a slow reader at most, all sources together. */
const CAPACITY_SYMBOLS = 1 << 20;

export class NoiseFeed implements Disposable {
  readonly #queue: NoisePiece[] = [];
  readonly #collector: Collector;
  #queuedSymbols = 0;
  #wake: (() => void) | undefined;
  #closed = false;

  constructor(sources: readonly SourceInfo[], startThread: () => SamplingThread) {
    this.#collector = new Collector(
      sources,
      {
        startThread,
        idleShare: 0,
        wanted: () => this.#queuedSymbols < CAPACITY_SYMBOLS,
        accept: (lane, trace) => {
          const symbols = toSymbols(trace, lane.info.symbolBits);
          this.#queue.push({ info: lane.info, symbols });
          this.#queuedSymbols += symbols.length;
          this.#wake?.();
          return { ok: true, creditedBits: 0 };
        },
        // Every source gets the same time: what is wanted is a look at each.
        earning: () => 1,
        settled: () => true,
        changed: () => this.#wake?.(),
        nowMs: () => performance.now(),
      },
      DEFAULT_LIMITS,
    );
  }

  /** The next piece. One caller at a time. @throws InsufficientEntropyError when no source can deliver */
  async next(signal: AbortSignal): Promise<NoisePiece> {
    for (;;) {
      signal.throwIfAborted();
      if (this.#closed) throw new PoolClosedError("the noise feed is closed");
      const piece = this.#queue.shift();
      if (piece) this.#queuedSymbols -= piece.symbols.length;
      this.#collector.pump();
      if (piece) return piece;
      if (!this.#collector.hopeful)
        throw new InsufficientEntropyError("no source can deliver", this.#reasons());
      await this.#arrival(signal);
    }
  }

  close(): void {
    this.#closed = true;
    this.#collector.close();
    this.#wake?.();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #arrival(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener("abort", wake);
        this.#wake = undefined;
        resolve();
      };
      this.#wake = wake;
      signal.addEventListener("abort", wake, { once: true });
    });
  }

  #reasons(): string[] {
    return this.#collector.lanes.map(({ info, state }) =>
      state.kind === "active" ? info.id : `${info.id}: ${state.reason}`,
    );
  }
}
