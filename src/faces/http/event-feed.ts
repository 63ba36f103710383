/** `GET /events`: the pool's status once a second, the noise of a source that somebody looks at, output for show. */

import { Refusal, tryLater } from "#kit/http/refusal.ts";
import type { Pool } from "../../pool/pool.ts";
import type { RbgGenerator } from "../../rbg/generator.ts";
import type { RawTrace } from "../../trace.ts";
import type { LiveStatus } from "./live-status.ts";

export interface EventFeedDeps {
  readonly pool: Pool;
  readonly random: RbgGenerator;
  readonly live: LiveStatus;
  /** Does the work again and again. @returns what ends it */
  readonly every: (intervalMs: number, work: () => void) => () => void;
  readonly closing: AbortSignal;
}

export const MAX_WATCHERS = 64;
const INTERVAL_MS = 1_000;
/** Of a trace, the samples that are shown. */
export const MAX_SHOWN_SAMPLES = 1_024;
const SHOWN_OUTPUT_BYTES = 64;

/** What may wait for a slow watcher. Beyond it, events are left out: the next status says all that the last one did. */
const BUFFERED_BYTES = 1 << 18;

interface Watcher {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  /** Whose noise it wants to see. */
  readonly sourceId: string | undefined;
}

export class EventFeed {
  readonly #watchers = new Set<Watcher>();
  /** Ends the work that is done while somebody watches. */
  #rest: (() => void) | undefined;

  constructor(private readonly deps: EventFeedDeps) {
    deps.closing.addEventListener("abort", () => {
      for (const { controller } of this.#watchers) controller.close();
      this.#watchers.clear();
      this.#settle();
    });
  }

  /** @throws Refusal for a source that the pool does not have, and when there are too many watchers */
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

  /** Works while somebody watches, and only then. */
  #settle(): void {
    if (this.#watchers.size > 0) this.#rest ??= this.#work();
    else {
      this.#rest?.();
      this.#rest = undefined;
    }
  }

  #work(): () => void {
    const { pool, every } = this.deps;
    const stopClock = every(INTERVAL_MS, () => this.#tick());
    const onRevealed = (trace: RawTrace) => this.#showNoise(trace);
    const onFailed = (failure: object) => this.#sendToAll(encodeEvent("source-failed", failure));
    pool.on("revealed", onRevealed).on("source-failed", onFailed);
    return () => {
      stopClock();
      pool.off("revealed", onRevealed).off("source-failed", onFailed);
    };
  }

  #tick(): void {
    const { pool, live } = this.deps;
    this.#sendToAll(encodeEvent("status", live.snapshot()));
    this.#showOutput();
    // Noise is shown only if it is not credited, so it has to be asked for.
    for (const { sourceId } of this.#watchers) if (sourceId !== undefined) pool.reveal(sourceId);
  }

  /** Drawn for the watchers, and served nowhere else. */
  #showOutput(): void {
    const bytes = Buffer.alloc(SHOWN_OUTPUT_BYTES);
    if (!this.deps.random.fillNow(bytes)) return; // not seeded yet, or a reseed is overdue
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
