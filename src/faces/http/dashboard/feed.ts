/** Follows the server's `/events` and reconnects when the connection breaks. Uses `fetch`: an EventSource cannot send a token. */
import { createParser } from "eventsource-parser";
import { aborted } from "#kit/abort.ts";
import { decodeCatalogue, decodeEvent, type Message } from "./messages.ts";

export type Connection =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "lost"; readonly reason: string; readonly retryInMs: number }
  /** The server wants a token; `rejected` when it refused the one it was sent. */
  | { readonly kind: "locked"; readonly rejected: boolean };

export interface FeedListener {
  readonly connection: (connection: Connection) => void;
  readonly message: (message: Message) => void;
}

export interface FeedTimes {
  /** Pauses before the first, second, … attempt in a row; the last one repeats. */
  readonly retryMs: readonly number[];
  /** Time without an event after which the connection counts as broken. The server sends a status every second. */
  readonly silenceMs: number;
  /** Time a selection must last before its noise is requested: arrow keys pass many sources on the way to one. */
  readonly settleMs: number;
}

export const FEED_TIMES: FeedTimes = {
  retryMs: [1_000, 2_000, 4_000, 8_000, 15_000],
  silenceMs: 10_000,
  settleMs: 200,
};

/** Most characters of one event. A status of 40 sources takes 20 KB, 1,024 samples no more. */
const MAX_EVENT_CHARACTERS = 1 << 20;

export class Feed {
  #source: string | undefined;
  /** Kept in memory only. */
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

  /** Connects again and again; resolves after `close`. */
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

  /** Requests noise of this source from now on. */
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

  /** Reconnects at once, whatever it is doing or waiting for. */
  retry(): void {
    this.#turn.abort();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#settling);
    this.#turn.abort();
  }

  /** Reads events until the stream ends. @throws always, with the reason for the end */
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
      // A restarted server may not have this source. The page selects another when it has seen the list.
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

/** Gives connection failures one message; each browser has another ("Failed to fetch", "network error"). */
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
