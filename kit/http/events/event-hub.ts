/**
 * Frames from a store to many listeners, in order, none left out and none twice. The hub holds the newest frames once for all. Each
 * listener has its own place, and whoever is slow or comes back reads older frames from the store, so that it costs no more memory than
 * one that keeps up. Frames that the store does not have any more, or that are too far back, are named as lost.
 */
import { tryLater } from "../refusal.ts";
import { NetworkTurns } from "../turns.ts";
import type { Batch, FrameFilter, FrameStore } from "./frame.ts";
import { FrameRun } from "./frame-run.ts";
import { Listener, type ListenerCalls } from "./listener.ts";
import { OlderFrames } from "./older-frames.ts";

export interface HubLimits {
  /** Listeners at a time. */
  readonly listeners: number;
  /** Characters of the newest frames that are held. */
  readonly heldText: number;
  /** Frames that a listener may be behind; what is older is lost to it. */
  readonly behind: number;
  /** Time between beats. */
  readonly beatMs: number;
}

export const HUB_LIMITS: HubLimits = {
  // A connection takes some 100 KB at its worst: two batches, and what the socket holds.
  listeners: 256,
  // At 500 characters a match and 10,000 a second, about a second and a half.
  heldText: 8 * 2 ** 20,
  // A quarter of an hour at 10,000 a second.
  behind: 10_000_000,
  // Proxies cut connections that are silent for a minute, some for half of that.
  beatMs: 15_000,
};

/** Frames that are read from the store in one go; that takes a few milliseconds. */
const PAGE = { limit: 1_000, most: 2 ** 20 } as const;
/** Pages that are read before others have their turn. */
const PAGES_A_TURN = 4;

/**
 * Batches that are sent between two looks at the network: each takes the system less than 0.1 ms, and is made once for all who are at the same
 * place. A look itself takes as long.
 */
const BATCHES_A_LOOK = 8;

/** Frames in memory, for all listeners. */
interface HeldFrames {
  readonly newest: FrameRun;
  readonly older: OlderFrames;
}

export class EventHub {
  /** Turns in which batches are sent, of all listeners: those who are far behind keep nobody waiting. */
  readonly turns = new NetworkTurns(BATCHES_A_LOOK);
  readonly #listeners = new Set<Listener>();
  /** Present while somebody listens. */
  #held: HeldFrames | undefined;
  #stop = () => {};
  #isReading = false;
  #isClosed = false;
  readonly #counts = { sent: 0, lost: 0 };

  /** @param report told of errors of the store */
  constructor(
    private readonly store: FrameStore,
    private readonly report: (error: unknown) => void,
    private readonly limits: HubLimits = HUB_LIMITS,
  ) {}

  /** Listeners, frames that they have taken, and frames that were named to them as lost. */
  counts(): { readonly listeners: number; readonly sent: number; readonly lost: number } {
    return { listeners: this.#listeners.size, ...this.#counts };
  }

  /**
   * @param after place from which it goes on, the number of a frame; by default from now on
   * @throws Refusal 503 beyond the limit, and where the hub is closed; what the store throws
   */
  listen(filter: FrameFilter, after: number | undefined, calls: ListenerCalls): Listener {
    const { listeners: most, beatMs, behind } = this.limits;
    if (this.#isClosed) throw tryLater("the server is stopping", beatMs);
    if (this.#listeners.size >= most) throw tryLater(`${most} listen already`, beatMs);
    const held = this.#held ?? this.#start();
    const source = {
      store: this.store,
      ...held,
      mostBehind: behind,
      took: (batch: Batch) => this.#count(batch),
      ended: (ended: Listener) => this.#forget(ended),
    };
    const listener = new Listener(source, filter, after, calls);
    this.#listeners.add(listener);
    return listener;
  }

  /** Ends all listeners, and takes no more. */
  close(): void {
    this.#isClosed = true;
    for (const listener of [...this.#listeners]) {
      listener.calls.close();
      listener.end();
    }
  }

  #start(): HeldFrames {
    const newest = new FrameRun(this.store.bounds().last, this.limits.heldText);
    const stopWrites = this.store.onWritten(() => this.#readSoon());
    const beat = setInterval(() => {
      for (const listener of [...this.#listeners]) listener.calls.beat();
    }, this.limits.beatMs);
    this.#stop = () => {
      stopWrites();
      clearInterval(beat);
    };
    this.#held = { newest, older: new OlderFrames(this.store) };
    return this.#held;
  }

  #forget(listener: Listener): void {
    if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
    this.#stop();
    this.#held = undefined;
  }

  /** Reads in the next turn, so that many writes in one turn are read together. */
  #readSoon(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    setImmediate(() => {
      this.#isReading = false;
      try {
        this.#read();
      } catch (error) {
        this.report(error); // what was not read is read after the next write
      }
    });
  }

  #read(): void {
    for (let page = 0; page < PAGES_A_TURN; page++) {
      const newest = this.#held?.newest;
      if (newest === undefined) return;
      const frames = this.store.read({ after: newest.end, ...PAGE });
      if (frames.length === 0) return;
      newest.add(frames);
      for (const listener of [...this.#listeners]) listener.calls.more();
    }
    this.#readSoon();
  }

  #count(batch: Batch): void {
    this.#counts.sent += batch.frames.length;
    this.#counts.lost += batch.lost;
  }
}
