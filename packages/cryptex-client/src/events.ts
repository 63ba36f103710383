/** The event stream of a gateway, over as many connections as it takes: no frame is lost, and none comes twice. */
import {
  byFetch,
  bySocket,
  type Connect,
  type ConnectionOptions,
  QUIET,
  type RawFrame,
} from "./event-connection.ts";
import type { EventFrame, LostFrame } from "./gateway-types.ts";
import type { CallOptions, Http } from "./http.ts";
import { backoffMs, pause } from "./pause.ts";
import { CryptexError } from "./problem.ts";

export interface EventsOptions extends CallOptions {
  /** Frames with a greater `seq`; 0 for all that are kept. Without it, those that come from now on. */
  readonly after?: number | undefined;
  /** Only these; `lost` always comes. */
  readonly types?: readonly string[] | undefined;
  /** Only those of this scan. */
  readonly scan?: string | undefined;
  /** Called when a connection has come about, with the place from which it goes on, and when one has ended. */
  readonly onState?: ((state: EventsState) => void) | undefined;
  /** Silence after which a connection is opened anew. Defaults to three of the gateway's heartbeats. */
  readonly quietMs?: number | undefined;
}

export type EventsState =
  | { readonly connected: true; readonly after: number }
  | { readonly connected: false; readonly reason: string; readonly retryMs: number };

/** The gateway's heartbeat on streams comes each 15 s. */
const QUIET_MS = 45_000;

/** Refusals that another try does not change. */
const FINAL = new Set<CryptexError["kind"]>(["invalid", "unauthorized", "forbidden", "not-found"]);

/**
 * Follows the events until the loop over them ends or the signal is aborted.
 * @throws CryptexError for a refusal; the signal's reason
 */
export async function* followEvents(
  http: Http,
  options: EventsOptions = {},
): AsyncGenerator<EventFrame | LostFrame, void, undefined> {
  const { types, scan, onState, quietMs = QUIET_MS, signal = new AbortController().signal } = options;
  const connect = connector(http);
  let after = options.after;
  for (let failures = 0; ; failures++) {
    signal.throwIfAborted();
    let reason = "the gateway has closed the connection";
    let wanted: number | undefined;
    let nothingIsWrong = false;
    try {
      const query = { after, type: types?.join(","), scan };
      for await (const frame of connect({ http, query, signal, quietMs })) {
        if (isHello(frame)) {
          failures = 0;
          const lost = lostBefore(frame, after);
          after = lost ? frame.seq : (after ?? frame.seq);
          onState?.({ connected: true, after });
          if (!lost) continue;
          yield lost;
          nothingIsWrong = true;
          break; // this connection goes on from a place that is not there yet
        }
        nothingIsWrong = frame === QUIET;
        if (isLost(frame)) {
          after = Math.max(after ?? 0, frame.to);
          yield { type: "lost", from: frame.from, to: frame.to };
        } else if (isEvent(frame) && frame.seq > (after ?? -1)) {
          after = frame.seq;
          yield frame as unknown as EventFrame;
        }
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof CryptexError) || FINAL.has(error.kind)) throw error;
      reason = error.message;
      wanted = error.retryAfterMs;
    }
    signal.throwIfAborted();
    if (nothingIsWrong) continue;
    const retryMs = wanted ?? backoffMs(failures);
    onState?.({ connected: false, reason, retryMs });
    await pause(retryMs, signal);
  }
}

/**
 * Connects by WebSocket where there is one. A script is not told why that failed, so the stream is then asked for by fetch: either
 * that says why, or it works, and is kept to, as behind a proxy that knows no WebSocket.
 */
function connector(http: Http): Connect {
  let sockets = typeof WebSocket !== "undefined" && !http.isCustom;
  return async function* (options: ConnectionOptions) {
    let greeted = false;
    try {
      if (sockets) {
        for await (const frame of bySocket(options)) {
          greeted ||= frame !== QUIET;
          if (greeted) yield frame;
        }
        if (greeted || options.signal.aborted) return;
      }
    } catch (error) {
      if (greeted || options.signal.aborted) throw error;
    }
    for await (const frame of byFetch(options)) {
      sockets = false;
      yield frame;
    }
  };
}

interface Hello {
  readonly type: "hello";
  /** `seq` of the newest line of the journal. */
  readonly seq: number;
  /** And of the oldest that is kept. */
  readonly first: number;
}

function isHello(frame: RawFrame): frame is RawFrame & Hello {
  return frame.type === "hello" && typeof frame.seq === "number";
}

function isLost(frame: RawFrame): frame is RawFrame & LostFrame {
  return frame.type === "lost" && typeof frame["from"] === "number" && typeof frame["to"] === "number";
}

function isEvent(frame: RawFrame): frame is RawFrame & { seq: number } {
  return typeof frame.seq === "number" && frame.type !== "hello";
}

/** A journal that ends before the place to go on from is another one than before: nothing in it was read. */
function lostBefore({ first, seq }: Hello, after: number | undefined): LostFrame | undefined {
  return after !== undefined && after > seq ? { type: "lost", from: first, to: seq } : undefined;
}
