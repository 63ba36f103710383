/** One connection to the event stream of a gateway, by WebSocket or by fetch: both give the same frames. */
import type { Http, QueryValues } from "./http.ts";
import { linesOf, parseObject } from "./lines.ts";
import { CryptexError } from "./problem.ts";

/** A frame as it comes. */
export interface RawFrame {
  readonly type: string;
  readonly seq?: number;
  readonly [member: string]: unknown;
}

export interface ConnectionOptions {
  readonly http: Http;
  readonly query: QueryValues;
  readonly signal: AbortSignal;
  /** Silence after which a connection counts as dead. */
  readonly quietMs: number;
}

export type Connect = (options: ConnectionOptions) => AsyncGenerator<RawFrame, void, undefined>;

/**
 * Frames that wait for a slow reader at most. A WebSocket cannot be told to wait, so the connection is closed, and the stream
 * goes on from the last frame that was read. About 10 MB, of frames of 1 kB.
 */
const MOST_WAITING = 10_000;

/**
 * Comes before the end of a WebSocket on which nothing has come for long. It may be dead or fine: scripts see no pings, so the stream goes
 * on over a new one.
 */
export const QUIET: RawFrame = { type: "quiet" };

/** Reads frames by WebSocket until the connection ends. @throws CryptexError if none comes about, or it breaks off */
export const bySocket: Connect = async function* ({ http, query, signal, quietMs }) {
  const socket = openSocket(http, query);
  const waiting: RawFrame[] = [];
  let ended: { error?: CryptexError } | undefined;
  let wake = () => {};
  const end = (error?: CryptexError) => {
    ended ??= error ? { error } : {};
    wake();
  };
  const silence = watchdog(quietMs, () => {
    waiting.push(QUIET);
    end();
  });
  const stop = () => end();
  signal.addEventListener("abort", stop);
  socket.onmessage = ({ data }) => {
    silence.postpone();
    if (ended) return;
    try {
      waiting.push(...framesOf(data));
    } catch (error) {
      end(error as CryptexError);
    }
    if (waiting.length > MOST_WAITING) {
      socket.close();
      end();
    } else wake();
  };
  socket.onclose = ({ code, reason }) =>
    end(code === 1000 || code === 1001 ? undefined : unreachable(`the connection ended: ${reason || code}`));
  socket.onerror = () => end(unreachable("the connection failed"));
  try {
    for (;;) {
      while (waiting.length > 0) yield waiting.shift()!;
      if (ended?.error) throw ended.error;
      if (ended) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    silence.stop();
    signal.removeEventListener("abort", stop);
    socket.onmessage = socket.onerror = socket.onclose = null;
    socket.close();
  }
};

/** Browsers let scripts send no headers along: the token goes in the list of protocols. */
function openSocket(http: Http, query: QueryValues): WebSocket {
  const address = http.address("/events", { ...query, batch: 1 }).replace(/^http/, "ws");
  const token = http.token === undefined ? [] : [`cryptex.bearer.${base64url(http.token)}`];
  return new WebSocket(address, ["cryptex.events.v1", ...token]);
}

function base64url(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function framesOf(data: unknown): RawFrame[] {
  if (typeof data !== "string")
    throw new CryptexError("malformed", "a message of the event stream is no text");
  const value = parseObject<RawFrame | RawFrame[]>(data);
  return Array.isArray(value) ? value : [value];
}

/** Reads frames by fetch, as server-sent events, until the answer ends. @throws CryptexError if it is refused, or breaks off */
export const byFetch: Connect = async function* ({ http, query, signal, quietMs }) {
  const ending = new AbortController();
  const stop = () => ending.abort(signal.reason);
  signal.addEventListener("abort", stop);
  const silence = watchdog(quietMs, () => ending.abort(unreachable("nothing came for too long")));
  try {
    const headers = { accept: "text/event-stream" };
    const response = await http.once({
      method: "GET",
      path: "/events",
      query,
      headers,
      signal: ending.signal,
    });
    if (!response.body || !/^text\/event-stream\b/.test(response.headers.get("content-type") ?? "")) {
      throw new CryptexError("malformed", "the answer is no event stream", { status: response.status });
    }
    let data: string[] = [];
    for await (const line of linesOf(response.body, silence.postpone)) {
      const [, field, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (field === "data") data.push(value);
      if (line !== "" || data.length === 0) continue;
      yield parseObject<RawFrame>(data.join("\n"));
      data = [];
    }
  } finally {
    silence.stop();
    signal.removeEventListener("abort", stop);
    ending.abort();
  }
};

function unreachable(message: string): CryptexError {
  return new CryptexError("unreachable", message);
}

/** Calls `bite` unless it is postponed in time, again and again. */
function watchdog(ms: number, bite: () => void): { postpone(): void; stop(): void } {
  let timer = setTimeout(bite, ms);
  return {
    postpone() {
      clearTimeout(timer);
      timer = setTimeout(bite, ms);
    },
    stop: () => clearTimeout(timer),
  };
}
