/** One listener's way through the frames: from the store while it is behind, then from the newest ones. */
import { Batch, batchOf, type FrameFilter, type FrameStore } from "./frame.ts";
import type { FrameRun } from "./frame-run.ts";
import type { OlderFrames } from "./older-frames.ts";

export interface ListenerCalls {
  /** There may be more to take. */
  more(): void;
  /** Called now and then, so that a connection without news shows that it stands. */
  beat(): void;
  /** Nothing follows: the server is about to stop. */
  close(): void;
}

export interface ListenerSource {
  readonly store: FrameStore;
  readonly newest: FrameRun;
  readonly older: OlderFrames;
  /** Frames that a listener may be behind; older ones are lost to it. */
  readonly mostBehind: number;
  /** Told what a listener has taken. */
  readonly took: (batch: Batch) => void;
  readonly ended: (listener: Listener) => void;
}

export class Listener {
  #place: number;
  #isGreeted = false;
  readonly #key: string;

  /** @param after place from which it goes on; by default from now on. A place that was not reached yet is not of this store: from now on, too */
  constructor(
    private readonly source: ListenerSource,
    private readonly filter: FrameFilter,
    after: number | undefined,
    readonly calls: ListenerCalls,
  ) {
    const { last } = source.store.bounds();
    this.#place = after === undefined ? last : Math.min(after, last);
    this.#key = JSON.stringify([filter.topic, filter.types]);
  }

  /** Takes what follows; undefined where nothing does at present. @throws what the store throws */
  take(): Batch | undefined {
    const batch = this.#isGreeted ? this.#next() : this.#hello();
    if (batch === undefined) return undefined;
    this.#place = batch.to;
    this.source.took(batch);
    return batch;
  }

  end(): void {
    this.source.ended(this);
  }

  /** Says which frames there are. */
  #hello(): Batch {
    this.#isGreeted = true;
    const { first, last } = this.source.store.bounds();
    const text = JSON.stringify({ type: "hello", seq: last, first });
    return new Batch(this.#place, this.#place, [{ place: this.#place, text }], 0);
  }

  #next(): Batch | undefined {
    const { newest } = this.source;
    // Frames that are not for this listener are passed over, a page at a time, as long as others are not kept waiting for it.
    for (let page = 0; page < MOST_PAGES; page++) {
      const isNewest = newest.holdsBehind(this.#place);
      const batch = isNewest ? newest.batchBehind(this.#place, this.filter, this.#key) : this.#older();
      if (batch.frames.length > 0) return batch;
      this.#place = batch.to;
      if (isNewest) return undefined;
    }
    // It is not at the end yet: it goes on in a later turn.
    setImmediate(() => this.calls.more());
    return undefined;
  }

  #older(): Batch {
    const { older, newest, mostBehind } = this.source;
    const { topic } = this.filter;
    const place = this.#place;
    if (topic === undefined && newest.end - place > mostBehind)
      return batchOf(this.filter, place, [], 0, newest.end - mostBehind);
    return older.behind(place, topic, newest.end).batchBehind(place, this.filter, this.#key);
  }
}

/** Pages of frames that are not wanted, in one turn. */
const MOST_PAGES = 8;
