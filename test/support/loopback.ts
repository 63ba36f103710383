/** Servers on loopback with a chosen behaviour, one at a time, each on a free port. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { DnsBehaviour, LoopbackReply, LoopbackRequest, TcpBehaviour } from "./loopback-thread.ts";

export interface LoopbackServer extends AsyncDisposable {
  readonly port: number;
  /** Resolves with what was received, once that is `count` or more: DNS questions, or an empty entry per TCP connection. */
  heard(count: number): Promise<readonly Buffer[]>;
}

export class Loopback {
  readonly #thread = new Worker(new URL("./loopback-thread.ts", import.meta.url));

  dns(behaviour: DnsBehaviour, address = "127.0.0.1"): Promise<LoopbackServer> {
    return this.#listen({ kind: "dns", behaviour, address });
  }

  tcp(behaviour: TcpBehaviour, address = "127.0.0.1"): Promise<LoopbackServer> {
    return this.#listen({ kind: "tcp", behaviour, address });
  }

  /** Returns a port of 127.0.0.1 that nobody listens on: it was bound and released. */
  async closedPort(kind: "dns" | "tcp"): Promise<number> {
    await using server = await (kind === "dns" ? this.dns("silent") : this.tcp("accepts"));
    return server.port;
  }

  async end(): Promise<void> {
    await this.#thread.terminate();
  }

  async #listen(request: LoopbackRequest): Promise<LoopbackServer> {
    const { port } = await this.#ask(request, "listening");
    return {
      port,
      heard: async (count) => {
        // A busy server may not have read requests yet that its client has given up.
        for (;;) {
          const { messages } = await this.#ask({ kind: "heard" }, "heard");
          if (messages.length >= count) return messages.map((bytes) => Buffer.from(bytes));
        }
      },
      [Symbol.asyncDispose]: async () => void (await this.#ask({ kind: "close" }, "closed")),
    };
  }

  async #ask<K extends LoopbackReply["kind"]>(
    request: LoopbackRequest,
    kind: K,
  ): Promise<Extract<LoopbackReply, { kind: K }>> {
    const answered = once(this.#thread, "message");
    this.#thread.postMessage(request);
    const reply = (await answered)[0] as LoopbackReply;
    if (reply.kind !== kind)
      throw new Error(reply.kind === "error" ? reply.message : `unexpected '${reply.kind}'`);
    return reply as Extract<LoopbackReply, { kind: K }>;
  }
}
