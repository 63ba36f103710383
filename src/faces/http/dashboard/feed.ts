/**
 * Follows the server's `/events` and comes back when it has gone. With `fetch`, for an EventSource cannot send a token.
 */
import { createParser } from "eventsource-parser";
import { aborted } from "#kit/abort.ts";
import { decodeCatalogue, decodeEvent, type Message } from "./messages.ts";

export type Connection =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "lost"; readonly reason: string; readonly retryInMs: number }
  /** The server wants a token, or another one than it was given. */
  | { readonly kind: "locked"; readonly rejected: boolean };

export interface FeedListener {
  readonly connection: (connection: Connection) => void;
  readonly message: (message: Message) => void;
}

export interface FeedTimes {
  /** Pauses before the first, second, … attempt in a row; the last one from then on. */
  readonly retryMs: readonly number[];
  /** A server that says nothing for so long is taken for gone: it sends a status every second. */
  readonly silenceMs: number;
  /** Somebody who walks through the table with the arrow keys asks for one source, not for all on the way. */
  readonly settleMs: number;
}

export const FEED_TIMES: FeedTimes = {
  retryMs: [1_000, 2_000, 4_000, 8_000, 15_000],
  silenceMs: 10_000,
  settleMs: 200,
};

/** One event: a status of 40 sources takes 20 KB, 1,024 samples at most as much. */
const MAX_EVENT_CHARACTERS = 1 << 20;

export class Feed {
  #source: string | undefined;
  /** In memory only: gone with the page. */
  #token: string | undefined;
  #knowsCatalogue = false;
  #failures = 0;
  #closed = false;
  #turn = new AbortController();
  #settling: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly base: string,
    private readonly listener: FeedListener,
    private readonly times: FeedTimes = FEED_TIMES,
  ) {}

  /** Ends after `close`. */
  async run(): Promise<void> {
    this.listener.connection({ kind: "connecting" });
    while (!this.#closed) {
      const turn = new AbortController();
      this.#turn = turn;
      const error = await this.#follow(turn.signal).catch((reason: unknown) => reason);
      if (turn.signal.aborted) continue;
      if (error instanceof TokenWanted) {
        this.listener.connection({ kind: "locked", rejected: this.#token !== undefined });
        await aborted(turn.signal);
      } else {
        this.#knowsCatalogue = false; // what comes back may be another server
        const { retryMs } = this.times;
        const retryInMs = retryMs[Math.min(this.#failures++, retryMs.length - 1)]!;
        this.listener.connection({ kind: "lost", reason: messageOf(error), retryInMs });
        const timer = setTimeout(() => turn.abort(), retryInMs);
        await aborted(turn.signal);
        clearTimeout(timer);
      }
    }
  }

  /** From now on, noise of this source. */
  watch(source: string): void {
    if (source === this.#source) return;
    this.#source = source;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.retry(), this.times.settleMs);
  }

  unlock(token: string): void {
    this.#token = token;
    this.listener.connection({ kind: "connecting" });
    this.retry();
  }

  /** At once, whatever it is doing or waiting for. */
  retry(): void {
    this.#turn.abort();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#settling);
    this.#turn.abort();
  }

  /** Until the stream ends. @throws always, with what ended it */
  async #follow(interrupted: AbortSignal): Promise<never> {
    const silence = new AbortController();
    const signal = AbortSignal.any([interrupted, silence.signal]);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      clearTimeout(timer);
      const seconds = this.times.silenceMs / 1000;
      timer = setTimeout(
        () => silence.abort(new Error(`the server has said nothing for ${seconds} s`)),
        this.times.silenceMs,
      );
    };
    try {
      heard();
      if (!this.#knowsCatalogue) {
        const response = await this.#get("/sources", signal);
        this.listener.message(decodeCatalogue(await response.json()));
        this.#knowsCatalogue = true;
      }
      const response = await this.#events(signal);
      const parser = createParser({
        maxBufferSize: MAX_EVENT_CHARACTERS,
        onEvent: ({ event, data }) => {
          const message = decodeEvent(event, data);
          if (!message || interrupted.aborted) return;
          if (message.kind === "status") this.#isLive();
          this.listener.message(message);
        },
      });
      const decoder = new TextDecoder();
      const reader = response.body!.getReader();
      for (;;) {
        const { done, value } = await answered(reader.read(), signal);
        if (done) throw new Error("the server has ended the connection");
        heard();
        parser.feed(decoder.decode(value, { stream: true }));
      }
    } finally {
      clearTimeout(timer);
      silence.abort(); // the connection, if it was this side that gave up
    }
  }

  async #events(signal: AbortSignal): Promise<Response> {
    const source = this.#source;
    if (source === undefined) return this.#get("/events", signal);
    try {
      return await this.#get(`/events?source=${encodeURIComponent(source)}`, signal);
    } catch (error) {
      // A server that was started anew may not have this source. The page will choose another when it sees which there are.
      if (error instanceof Refused && error.status === 400) this.#source = undefined;
      throw error;
    }
  }

  #isLive(): void {
    this.#failures = 0;
    this.listener.connection({ kind: "live" });
  }

  async #get(path: string, signal: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = {};
    if (this.#token !== undefined) headers["authorization"] = `Bearer ${this.#token}`;
    const request = fetch(this.base + path, { headers, signal, cache: "no-store" });
    const response = await answered(request, signal);
    if (response.status === 401) throw new TokenWanted();
    if (!response.ok) throw new Refused(response.status);
    return response;
  }
}

class TokenWanted extends Error {}

class Refused extends Error {
  constructor(readonly status: number) {
    super(`the server answered with ${status}`);
  }
}

/** Of a connection that breaks every browser says something else ("Failed to fetch", "network error"). */
async function answered<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await work;
  } catch (error) {
    signal.throwIfAborted();
    throw new Error("the server does not answer", { cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
