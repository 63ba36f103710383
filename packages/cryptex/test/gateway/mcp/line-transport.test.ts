/** Messages over streams, one a line: what is taken in, what is refused, what waits, and how it ends. */
import { describe, expect, test } from "bun:test";
import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import { rejectionOf } from "../../../../../test/support/rejection.ts";
import { LINE_LIMITS, LineTransport } from "../../../src/gateway/mcp/line-transport.ts";

/** A channel whose pieces a test gives, and whose writes it lets through. */
class Channel {
  readonly written: string[] = [];
  /** Pieces that were taken. */
  taken = 0;
  /** Writes wait for it. */
  gate: Promise<void> = Promise.resolve();
  readonly #pieces: (string | Uint8Array)[];
  /** The input stays open behind the pieces until this is settled. */
  readonly rest: Promise<void>;

  constructor(pieces: readonly (string | Uint8Array)[], rest: Promise<void> = Promise.resolve()) {
    this.#pieces = [...pieces];
    this.rest = rest;
  }

  async *pieces(): AsyncGenerator<Uint8Array> {
    for (const piece of this.#pieces) {
      this.taken += 1;
      yield Buffer.from(piece);
    }
    await this.rest;
  }

  async write(text: string): Promise<void> {
    await this.gate;
    this.written.push(text);
  }
}

const ping = (id: number) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}\n`;
const answer = (id: number, text = "") => ({ jsonrpc: "2.0" as const, id, result: { text } });

/** Answers each request with a text. */
async function echoing(channel: Channel, limits = LINE_LIMITS, text = "") {
  const transport = new LineTransport(channel, limits);
  const got: JSONRPCMessage[] = [];
  transport.onmessage = (message) => {
    got.push(message);
    if ("method" in message && "id" in message)
      transport.send(answer(Number(message.id), text)).catch(() => {});
  };
  await transport.start();
  return { transport, got };
}

describe("lines", () => {
  test("are put together from pieces, wherever those end", async () => {
    const text = `${ping(1)}${ping(2)}\r\n\n${ping(3).trimEnd()}`;
    const bytes = Buffer.from(text);
    const channel = new Channel(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)));
    const { transport, got } = await echoing(channel);
    await transport.ended;
    expect(got.map((message) => "id" in message && message.id)).toEqual([1, 2, 3]);
    expect(channel.written.map((line) => JSON.parse(line).id)).toEqual([1, 2, 3]);
  });

  test("of just the limit are taken, and a byte more is refused", async () => {
    const line = ping(1).trimEnd();
    const channel = new Channel([`${line}\n${line} \n${ping(2)}`]);
    const { transport, got } = await echoing(channel, { ...LINE_LIMITS, mostBytes: line.length });
    await transport.ended;
    expect(got.map((message) => "id" in message && message.id)).toEqual([1, 2]);
    expect(channel.written.map((text) => JSON.parse(text).error?.code)).toContain(-32600);
  });
});

describe("answers that nobody reads", () => {
  test("keep more from being taken in, and all of it is done once they are read", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const channel = new Channel(Array.from({ length: 100 }, (_, id) => ping(id)));
    channel.gate = promise;
    const { transport, got } = await echoing(
      channel,
      { ...LINE_LIMITS, mostWaiting: 1_000 },
      "x".repeat(300),
    );
    for (let turn = 0; turn < 50; turn++) await new Promise((done) => setTimeout(done, 1));
    // The third answer is above a thousand characters.
    expect(got).toHaveLength(3);
    expect(channel.taken).toBeLessThan(6);
    resolve();
    await transport.ended;
    expect(got).toHaveLength(100);
    expect(channel.written).toHaveLength(100);
  });

  test("a reader that has gone ends it, with the reason", async () => {
    const channel = new Channel([ping(1)], new Promise(() => {}));
    channel.gate = Promise.reject(new Error("nobody reads"));
    channel.gate.catch(() => {});
    const { transport } = await echoing(channel);
    expect(await rejectionOf(transport.ended)).toMatchObject({ message: "nobody reads" });
  });
});

describe("the end of the input", () => {
  test("waits for answers that are on their way", async () => {
    const channel = new Channel([ping(1)]);
    const transport = new LineTransport(channel, { ...LINE_LIMITS, graceMs: 3_600_000 });
    const asked = new Promise<void>((resolve) => {
      transport.onmessage = () => resolve();
    });
    let isClosed = false;
    transport.onclose = () => {
      isClosed = true;
    };
    await transport.start();
    await asked;
    for (let turn = 0; turn < 20; turn++) await new Promise((done) => setTimeout(done, 1));
    expect(isClosed).toBe(false);
    await transport.send(answer(1));
    await transport.ended;
    expect(isClosed).toBe(true);
    expect(channel.written).toHaveLength(1);
  });

  test("does not wait for calls that were cancelled, nor for ever", async () => {
    const cancel = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}\n';
    for (const [pieces, graceMs] of [
      [[ping(1), cancel], 3_600_000],
      [[ping(1)], 1],
    ] as const) {
      const transport = new LineTransport(new Channel(pieces), { ...LINE_LIMITS, graceMs });
      await transport.start();
      await transport.ended;
    }
  });
});
