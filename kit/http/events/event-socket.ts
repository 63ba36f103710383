/** Frames over a WebSocket: a message each, or a batch in each message. */
import type { Socket } from "../web-socket.ts";
import type { EventHub } from "./event-hub.ts";
import type { FrameFilter, SentFrame } from "./frame.ts";
import type { Listener } from "./listener.ts";

/** Bytes that may wait in a connection before more are taken: about one batch in UTF-8. */
const ROOM_BYTES = 128 * 1024;
/** Close codes of RFC 6455 §7.4.1. */
const GOING_AWAY = 1001;
const INTERNAL_ERROR = 1011;

export class EventSocket implements Socket {
  #connection: Bun.ServerWebSocket<Socket> | undefined;
  readonly #listener: Listener;
  /** Gives up the turn in which more is sent; present while that is waited for. */
  #giveUp: (() => void) | undefined;

  /** @param inBatches sends arrays of frames @param report told of errors of the store @throws as `EventHub.listen` */
  constructor(
    private readonly hub: EventHub,
    filter: FrameFilter,
    after: number | undefined,
    private readonly inBatches: boolean,
    private readonly report: (error: unknown) => void,
  ) {
    this.#listener = hub.listen(filter, after, {
      more: () => this.#send(),
      beat: () => {}, // pings are the socket's own
      close: () => this.#connection?.close(GOING_AWAY, "the server is stopping"),
    });
  }

  open(connection: Bun.ServerWebSocket<Socket>): void {
    this.#connection = connection;
    this.#send();
  }

  drained(): void {
    this.#send();
  }

  closed(): void {
    this.#giveUp?.();
    this.#connection = undefined;
    this.#listener.end();
  }

  #send(): void {
    this.#giveUp ??= this.hub.turns.call(() => {
      this.#giveUp = undefined;
      if (this.#sendSafely()) this.#send();
    });
  }

  /** @returns true where there may be more to send */
  #sendSafely(): boolean {
    try {
      return this.#sendBatch();
    } catch (error) {
      this.report(error);
      this.#connection?.close(INTERNAL_ERROR, "frames could not be read: come back");
      return false;
    }
  }

  /** @returns false where there is nothing to send, or no room for it */
  #sendBatch(): boolean {
    const connection = this.#connection;
    // Where there is no room, `drained` is called when there is.
    if (connection === undefined || connection.getBufferedAmount() >= ROOM_BYTES) return false;
    const batch = this.#listener.take();
    if (batch === undefined) return false;
    if (this.inBatches) connection.sendText(batch.encode("array", arrayText));
    else {
      // In one piece for the system.
      connection.cork(() => {
        for (const { text } of batch.frames) connection.sendText(text);
      });
    }
    return true;
  }
}

function arrayText(frames: readonly SentFrame[]): string {
  return `[${frames.map(({ text }) => text).join(",")}]`;
}
