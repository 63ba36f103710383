/** A receiver of web hooks on loopback, which answers as it is told; and a clock that moves when it is told. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../../src/gateway/triggers/courier.ts";

export interface Received {
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  readonly path: string;
}

export type Answering = (response: ServerResponse, received: Received, number: number) => void;

export class Receiver implements AsyncDisposable {
  readonly got: Received[] = [];
  answering: Answering = (response) => void response.writeHead(204).end();
  readonly #server: Server;
  #wake: () => void = () => undefined;

  private constructor(tls?: { key: string; cert: string }) {
    const listener = (request: IncomingMessage, response: ServerResponse) => {
      const pieces: Buffer[] = [];
      request.on("data", (piece: Buffer) => pieces.push(piece));
      request.on("end", () => {
        const received = {
          headers: request.headers,
          body: Buffer.concat(pieces).toString(),
          path: request.url ?? "",
        };
        this.got.push(received);
        this.answering(response, received, this.got.length);
        this.#wake();
      });
    };
    this.#server = tls ? createTlsServer(tls, listener) : createServer(listener);
  }

  static async open(tls?: { key: string; cert: string }): Promise<Receiver> {
    const receiver = new Receiver(tls);
    await new Promise<void>((resolve) => receiver.#server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /** Resolves when so many requests have come. */
  async heard(count: number): Promise<void> {
    while (this.got.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

export class FakeClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  #waiting: { readonly at: number; readonly act: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, act: () => void): () => void {
    const entry = { at: this.#now + milliseconds, act };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((each) => each !== entry);
    };
  }

  /** Time until the next thing is to be done; undefined where nothing is. */
  get next(): number | undefined {
    if (this.#waiting.length === 0) return undefined;
    return Math.max(0, Math.min(...this.#waiting.map(({ at }) => at)) - this.#now);
  }

  /** Lets time pass, and does what is to be done in it. */
  pass(milliseconds: number): void {
    const until = this.#now + milliseconds;
    for (;;) {
      const [first] = this.#waiting.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (!first) break;
      this.#waiting = this.#waiting.filter((each) => each !== first);
      this.#now = Math.max(this.#now, first.at);
      first.act();
    }
    this.#now = until;
  }
}

/** Waits, in turns of the event loop, until it holds. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise<void>((resolve) => setTimeout(resolve, 1));
}
