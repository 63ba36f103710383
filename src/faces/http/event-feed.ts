/** `GET /events`: the pool's status once a second and what it was before, raw noise of the source that a watcher selected, and output to look at. */
import { onAbort } from "#kit/abort.ts";
import { Refusal, tryLater } from "#kit/http/refusal.ts";
import type { Pool } from "../../pool/pool.ts";
import type { RbgGenerator } from "../../rbg/generator.ts";
import type { RawTrace } from "../../trace.ts";
import { FeedHistory } from "./feed-history.ts";
import type { LiveStatus } from "./live-status.ts";

export interface EventFeedDeps {
  readonly pool: Pool;
  readonly random: RbgGenerator;
  readonly live: LiveStatus;
  /** Calls `work` at every interval. @returns a function that ends that */
  readonly every: (intervalMs: number, work: () => void) => () => void;
  readonly closing: AbortSignal;
}

export const MAX_WATCHERS = 64;
const INTERVAL_MS = 1_000;
/** Most samples of a trace that are sent; the rest is left out. */
export const MAX_SHOWN_SAMPLES = 1_024;
const SHOWN_OUTPUT_BYTES = 64;

/** Share of the time in which a full pool samples all the same while somebody watches, so that sources are seen at work. */
export const WATCHED_IDLE_SHARE = 0.02;

/** Most bytes that wait for a slow watcher. Beyond it events are left out: the next status has all that the last one had. */
const BUFFERED_BYTES = 1 << 18;

interface Watcher {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  /** The source whose noise it wants to see. */
  readonly sourceId: string | undefined;
}

export class EventFeed {
  readonly #watchers = new Set<Watcher>();
  readonly #history = new FeedHistory();
  /** Ends the work that is done while somebody watches; undefined while nobody does. */
  #stopWork: (() => void) | undefined;

  constructor(private readonly deps: EventFeedDeps) {
    onAbort(deps.closing, () => {
      for (const { controller } of this.#watchers) controller.close();
      this.#watchers.clear();
      this.#settle();
    });
  }

  /** Opens a stream of events. @throws Refusal for an unknown source, and beyond MAX_WATCHERS */
  subscribe(sourceId: string | undefined): ReadableStream<Uint8Array> {
    const { pool, live, closing } = this.deps;
    if (closing.aborted) throw tryLater("the server is stopping", INTERVAL_MS);
    if (this.#watchers.size >= MAX_WATCHERS) throw tryLater(`${MAX_WATCHERS} watch already`, INTERVAL_MS);
    if (sourceId !== undefined && !pool.status().sources.some(({ id }) => id === sourceId)) {
      throw new Refusal(400, "source: the pool has no such source; /sources lists them");
    }
    let watcher: Watcher;
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          watcher = { controller, sourceId };
          this.#watchers.add(watcher);
          this.#settle();
          send(watcher, encodeEvent("status", live.snapshot()));
          if (!this.#history.isEmpty) send(watcher, encodeEvent("history", this.#history.toJSON()));
        },
        cancel: () => {
          this.#watchers.delete(watcher);
          this.#settle();
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: BUFFERED_BYTES }),
    );
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  /** Starts the work for the first watcher and ends it after the last. */
  #settle(): void {
    if (this.#watchers.size > 0) this.#stopWork ??= this.#startWork();
    else {
      this.#stopWork?.();
      this.#stopWork = undefined;
    }
  }

  #startWork(): () => void {
    const { pool, every } = this.deps;
    const stopClock = every(INTERVAL_MS, () => this.#tick());
    const onRevealed = (trace: RawTrace) => this.#showNoise(trace);
    const onFailed = (failure: { readonly id: string; readonly reason: string }) => {
      this.#history.noteFailure(failure, pool.status().uptimeMs);
      this.#sendToAll(encodeEvent("source-failed", failure));
    };
    pool.on("revealed", onRevealed).on("source-failed", onFailed);
    pool.idleShare = WATCHED_IDLE_SHARE;
    return () => {
      stopClock();
      pool.idleShare = 0;
      pool.off("revealed", onRevealed).off("source-failed", onFailed);
    };
  }

  #tick(): void {
    const { pool, live } = this.deps;
    const snapshot = live.snapshot();
    this.#history.note(snapshot);
    this.#sendToAll(encodeEvent("status", snapshot));
    this.#showOutput();
    // Noise is shown only if the pool was told not to credit it.
    for (const { sourceId } of this.#watchers) if (sourceId !== undefined) pool.reveal(sourceId);
  }

  /** Sends bytes drawn for the watchers alone; they are served nowhere else. */
  #showOutput(): void {
    const { random } = this.deps;
    const bytes = Buffer.alloc(SHOWN_OUTPUT_BYTES);
    try {
      if (!random.fillNow(bytes, "show")) return; // not seeded yet, or a reseed is overdue
    } catch (error) {
      if (random.failure === undefined) throw error;
      return; // the status that was just sent says so, or the next one will
    }
    this.deps.pool.noteShown(bytes.length);
    this.#sendToAll(encodeEvent("output", { hex: bytes.toString("hex") }));
  }

  #showNoise({ sourceId, samples }: RawTrace): void {
    const watchers = [...this.#watchers].filter((watcher) => watcher.sourceId === sourceId);
    if (watchers.length === 0) return;
    const shown = Array.from(samples.subarray(0, MAX_SHOWN_SAMPLES), Number);
    const event = encodeEvent("noise", { id: sourceId, samples: shown });
    for (const watcher of watchers) send(watcher, event);
  }

  #sendToAll(event: Uint8Array): void {
    for (const watcher of this.#watchers) send(watcher, event);
  }
}

function send({ controller }: Watcher, event: Uint8Array): void {
  if ((controller.desiredSize ?? 0) > 0) controller.enqueue(event);
}

function encodeEvent(name: string, data: object): Uint8Array {
  return Buffer.from(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}
