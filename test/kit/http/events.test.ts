/** Event streams over real connections: the same frames by WebSocket and by server-sent events, whatever the reader does. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { connect, type Socket as TcpSocket } from "node:net";
import { createParser } from "eventsource-parser";
import { EventHub, HUB_LIMITS, type HubLimits } from "#kit/http/events/event-hub.ts";
import { EventSocket } from "#kit/http/events/event-socket.ts";
import { EVENT_STREAM_TYPE, eventStream } from "#kit/http/events/event-stream.ts";
import { OlderFrames } from "#kit/http/events/older-frames.ts";
import { type Listening, listen } from "#kit/http/listen.ts";
import { jsonErrors, Refusal, refusalResponse } from "#kit/http/refusal.ts";
import { isUpgrade, upgrade } from "#kit/http/web-socket.ts";
import { MemoryFrames } from "../../support/frame-store.ts";

const errors = jsonErrors((error) => ({ error }));

interface Served extends AsyncDisposable {
  readonly hub: EventHub;
  readonly url: string;
  readonly port: number;
  readonly reported: unknown[];
}

let store: MemoryFrames;
beforeEach(() => {
  store = new MemoryFrames();
});

/** Serves the store's frames on one path; ?after, ?types, ?topic and ?batch choose. */
async function serve(limits: Partial<HubLimits> = {}): Promise<Served> {
  const reported: unknown[] = [];
  const report = (error: unknown) => void reported.push(error);
  const hub = new EventHub(store, report, { ...HUB_LIMITS, ...limits });
  const server: Listening = await listen({
    address: { hostname: "127.0.0.1", port: 0 },
    errors,
    maxBodyBytes: 1024,
    idleTimeoutSeconds: 100,
    fetch(request, bun) {
      const query = new URL(request.url).searchParams;
      const text = (name: string) => query.get(name) ?? undefined;
      const after = text("after") === undefined ? undefined : Number(text("after"));
      const filter = { types: text("types")?.split(","), topic: text("topic") };
      try {
        if (isUpgrade(request))
          return upgrade(
            request,
            bun,
            new EventSocket(hub, filter, after, query.has("batch"), report),
            "events",
          );
        return new Response(eventStream(hub, filter, after, report), {
          headers: { "content-type": EVENT_STREAM_TYPE },
        });
      } catch (error) {
        if (error instanceof Refusal) return refusalResponse(error, errors);
        throw error;
      }
    },
  });
  return {
    hub,
    url: server.url,
    port: Number(new URL(server.url).port),
    reported,
    async [Symbol.asyncDispose]() {
      hub.close();
      await server.stop(0);
    },
  };
}

interface Received {
  readonly type: string;
  readonly seq: number;
  readonly from?: number;
  readonly to?: number;
  readonly first?: number;
}

/** A reader that keeps its place, and may be cut off. */
interface Reader {
  readonly frames: Received[];
  /** Waits until there are so many frames. */
  until(count: number): Promise<void>;
  /** Place to go on from, as the way of reading tells it. */
  place(): number | undefined;
  cut(): void;
  /** Resolves when the server has ended it. */
  readonly ended: Promise<unknown>;
}

function notifying(): Pick<Reader, "frames" | "until"> & { readonly add: (frame: Received) => void } {
  const frames: Received[] = [];
  let wake = () => {};
  return {
    frames,
    add(frame) {
      frames.push(frame);
      wake();
    },
    async until(count) {
      while (frames.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

async function bySse(url: string, query = ""): Promise<Reader> {
  const { frames, add, until } = notifying();
  const controller = new AbortController();
  const response = await fetch(`${url}/?${query}`, { signal: controller.signal });
  let place: number | undefined;
  const parser = createParser({
    onEvent({ id, data }) {
      if (id !== undefined) place = Number(id);
      add(JSON.parse(data));
    },
  });
  const reading = (async () => {
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) parser.feed(piece);
  })();
  return { frames, until, place: () => place, cut: () => controller.abort(), ended: reading.catch(() => {}) };
}

async function byWebSocket(url: string, query = ""): Promise<Reader> {
  const { frames, add, until } = notifying();
  const socket = new WebSocket(`${url.replace("http", "ws")}/?${query}`);
  let place: number | undefined;
  socket.onmessage = ({ data }) => {
    const message: Received | Received[] = JSON.parse(data);
    for (const frame of Array.isArray(message) ? message : [message]) {
      place = frame.to ?? frame.seq;
      add(frame);
    }
  };
  const ended = new Promise((resolve) => {
    socket.onclose = resolve;
  });
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  return { frames, until, place: () => place, cut: () => socket.terminate(), ended };
}

const WAYS = [
  ["server-sent events", bySse, ""],
  ["WebSocket", byWebSocket, ""],
  ["WebSocket, in batches", byWebSocket, "batch=1&"],
] as const;

const words = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `word ${from + i}`);
const numbers = (frames: readonly Received[]) =>
  frames.filter(({ type }) => type !== "hello").map(({ seq }) => seq);
const upTo = (last: number, from = 1) => Array.from({ length: last - from + 1 }, (_, i) => from + i);

for (const [way, open, batch] of WAYS) {
  describe(way, () => {
    test("greets, then gives what is written from now on", async () => {
      store.write(words(3));
      await using server = await serve();
      const reader = await open(server.url, batch);
      await reader.until(1);
      store.write(words(2));
      await reader.until(3);
      expect(reader.frames.map(({ type, seq, first }) => [type, seq, first])).toEqual([
        ["hello", 3, 1],
        ["match", 4, undefined],
        ["match", 5, undefined],
      ]);
    });

    test("a thousand frames, with the connection cut in the middle again and again: none lost, none twice", async () => {
      await using server = await serve();
      const seen: number[] = [];
      let place = 0;
      let written = 0;
      while (place < 1_000) {
        const reader = await open(server.url, `${batch}after=${place}`);
        // Some are there before it comes back, others come while it reads.
        if (written < 1_000) store.write(words(50, written));
        written = Math.min(1_000, written + 50);
        await reader.until(2);
        reader.cut();
        await reader.ended;
        seen.push(...numbers(reader.frames));
        place = reader.place()!;
      }
      expect(seen).toEqual(upTo(1_000));
      expect(server.reported).toEqual([]);
    });

    test("frames that only the store has, by pages, then those that are written meanwhile", async () => {
      store.write(words(5_000));
      await using server = await serve();
      const reader = await open(server.url, `${batch}after=10`);
      await reader.until(1);
      store.write(words(5_000, 5_000));
      await reader.until(1 + 9_990);
      expect(numbers(reader.frames)).toEqual(upTo(10_000, 11));
    });

    test("of some types, or of one topic", async () => {
      await using server = await serve();
      const typed = await open(server.url, `${batch}types=end,start`);
      const topical = await open(server.url, `${batch}topic=b`);
      await Promise.all([typed.until(1), topical.until(1)]);
      for (const [type, topic] of [
        ["match", "a"],
        ["end", "a"],
        ["match", "b"],
        ["start", null],
        ["end", "b"],
      ] as const)
        store.write(["x"], type, topic);
      await Promise.all([typed.until(4), topical.until(3)]);
      expect(numbers(typed.frames)).toEqual([2, 4, 5]);
      expect(numbers(topical.frames)).toEqual([3, 5]);
      // The same of those who come later.
      const late = await open(server.url, `${batch}types=end,start&after=0`);
      const lateTopical = await open(server.url, `${batch}topic=b&after=0`);
      await Promise.all([late.until(4), lateTopical.until(3)]);
      expect([numbers(late.frames), numbers(lateTopical.frames)]).toEqual([
        [2, 4, 5],
        [3, 5],
      ]);
    });

    test("frames that were removed are named, before and between those that are there", async () => {
      store.write(words(10));
      store.remove(({ seq }) => seq <= 3 || seq === 6 || seq === 7);
      await using server = await serve();
      const reader = await open(server.url, `${batch}after=1`);
      await reader.until(8);
      expect(
        reader.frames.slice(1).map(({ type, seq, from, to }) => (type === "lost" ? [from, to] : seq)),
      ).toEqual([[2, 3], ...[4, 5], [6, 7], ...[8, 9, 10]]);
      expect(server.hub.counts().lost).toBe(4);
      // Nothing that was removed is lost to those who want one topic alone.
      const topical = await open(server.url, `${batch}after=0&topic=x`);
      store.write(["x"], "match", "x");
      await topical.until(2);
      expect(topical.frames.map(({ type }) => type)).toEqual(["hello", "match"]);
    });

    test("a reader that is too far behind is told what it will not get", async () => {
      store.write(words(100));
      await using server = await serve({ behind: 30 });
      const reader = await open(server.url, `${batch}after=20`);
      await reader.until(2 + 30);
      expect(reader.frames[1]).toEqual({ type: "lost", from: 21, to: 70 } as never);
      expect(numbers(reader.frames.slice(2))).toEqual(upTo(100, 71));
    });

    test("a place that this store has not reached: from now on", async () => {
      store.write(words(2));
      await using server = await serve();
      const reader = await open(server.url, `${batch}after=1000`);
      await reader.until(1);
      expect(reader.frames[0]).toEqual({ type: "hello", seq: 2, first: 1 });
      store.write(words(1));
      await reader.until(2);
      expect(numbers(reader.frames)).toEqual([3]);
    });

    test("one frame that is larger than any batch", async () => {
      await using server = await serve();
      const reader = await open(server.url, batch);
      await reader.until(1);
      store.write(["a", "x".repeat(3_000_000), "b"]);
      await reader.until(4);
      expect(numbers(reader.frames)).toEqual([1, 2, 3]);
    });

    test("ends when the server stops", async () => {
      const server = await serve();
      const reader = await open(server.url, batch);
      await reader.until(1);
      await server[Symbol.asyncDispose]();
      await reader.ended;
      expect(server.hub.counts().listeners).toBe(0);
      expect(store.listeners).toBe(0);
    });

    test("an error of the store is reported and ends the connection, and the next one goes on", async () => {
      store.write(words(5));
      await using server = await serve();
      store.fault = new Error("the disk is gone");
      const reader = await open(server.url, `${batch}after=0`);
      await reader.ended;
      expect(server.reported.map(String)).toEqual(["Error: the disk is gone"]);
      const next = await open(server.url, `${batch}after=0`);
      await next.until(6);
      expect(numbers(next.frames)).toEqual(upTo(5));
    });

    test("beyond the most listeners: 503; room is made by those who go", async () => {
      await using server = await serve({ listeners: 1 });
      const reader = await open(server.url, batch);
      await reader.until(1);
      const refused = await fetch(server.url);
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "15"]);
      reader.cut();
      await reader.ended;
      while (server.hub.counts().listeners > 0) await new Promise(setImmediate);
      (await open(server.url, batch)).cut();
    });
  });
}

test("while nobody listens, nobody asks the store", async () => {
  await using server = await serve();
  expect(store.listeners).toBe(0);
  const [a, b] = [await bySse(server.url), await byWebSocket(server.url)];
  await Promise.all([a.until(1), b.until(1)]);
  expect(store.listeners).toBe(1);
  a.cut();
  b.cut();
  while (server.hub.counts().listeners > 0) await new Promise(setImmediate);
  expect(store.listeners).toBe(0);
  const asked = store.queries.length;
  store.write(words(100));
  expect(store.queries.length).toBe(asked);
});

test("readers that keep up are served what is read once", async () => {
  await using server = await serve();
  const readers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => (i % 2 ? bySse : byWebSocket)(server.url)),
  );
  await Promise.all(readers.map((reader) => reader.until(1)));
  const before = store.queries.length;
  for (let i = 0; i < 20; i++) {
    store.write(words(10, i * 10));
    await Promise.all(readers.map((reader) => reader.until(1 + (i + 1) * 10)));
  }
  for (const reader of readers) expect(numbers(reader.frames)).toEqual(upTo(200));
  // Each write is read by one query, and found to be all by another.
  expect(store.queries.length - before).toBeLessThanOrEqual(40);
});

test("readers that are behind together are served what is read once", async () => {
  store.write(words(3_000));
  await using server = await serve();
  const before = store.queries.length;
  const readers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => (i % 2 ? bySse : byWebSocket)(server.url, "after=0")),
  );
  await Promise.all(readers.map((reader) => reader.until(3_001)));
  for (const reader of readers) expect(numbers(reader.frames)).toEqual(upTo(3_000));
  // 3,000 frames are 12 pages; a page may be read again for those who have come late.
  expect(store.queries.length - before).toBeLessThan(40);
});

test("frames that were removed are not kept for those who are behind", () => {
  store.write(words(10));
  let nowMs = 0;
  const older = new OlderFrames(store, () => nowMs);
  const sent = () =>
    older
      .behind(3, undefined, 10)
      .batchBehind(3, {}, "")
      .frames.map(({ place }) => place);
  expect(sent()).toEqual(upTo(10, 4));
  store.remove(({ seq }) => seq === 5 || seq === 10);
  nowMs = 999;
  expect(sent()).toEqual(upTo(10, 4));
  nowMs = 1_000;
  expect(sent()).toEqual(upTo(9, 4));
  expect(older.behind(3, undefined, 10).batchBehind(3, {}, "").lost).toBe(1);
});

test("of frames that are read for those who are behind, no more than 4 MB are held", () => {
  store.write(Array.from({ length: 40 }, () => "x".repeat(2 ** 18)));
  const older = new OlderFrames(store, () => 0);
  const look = (place: number) => older.behind(place, undefined, 40);
  for (let place = 0; place < 40; place++) look(place);
  const before = store.queries.length;
  expect(before).toBe(40);
  // The last fifteen are there, and those before them are not.
  for (let place = 39; place >= 25; place--) look(place);
  expect(store.queries.length).toBe(before);
  look(24);
  look(23);
  expect(store.queries.length).toBe(before + 2);
});

describe("readers that do not read", () => {
  /** Opens a connection that is not read until it is resumed. */
  async function stalled(port: number, headers: string): Promise<TcpSocket> {
    const socket = connect(port, "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.write(`GET /?after=0 HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`);
    socket.pause();
    return socket;
  }

  const UPGRADE =
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

  for (const [way, headers] of [
    ["server-sent events", ""],
    ["WebSocket", UPGRADE],
  ] as const) {
    test(`${way}: take no more than the system's buffers hold, and get everything when they read again`, async () => {
      const text = "x".repeat(10_000);
      const total = 4_000;
      await using server = await serve({ heldText: 100_000 });
      const socket = await stalled(server.port, headers);
      // Another reader keeps up meanwhile.
      const other = await byWebSocket(server.url, "after=0&batch=1");
      for (let written = 0; written < total; written += 100) {
        store.write(Array.from({ length: 100 }, () => text));
        await other.until(1 + written + 100);
      }
      const taken = server.hub.counts().sent - other.frames.length;
      expect(taken).toBeGreaterThan(0);
      // 40 MB were written. The system takes a few, the hub holds 100 KB, the connection a few batches.
      expect(taken).toBeLessThan(total / 2);
      let seen = 0;
      let rest = "";
      socket.on("data", (piece: Buffer) => {
        const found = (rest + piece.toString("latin1")).split('{"seq":');
        seen += found.length - 1;
        rest = found.at(-1)!.slice(-10);
      });
      socket.resume();
      while (server.hub.counts().sent - other.frames.length < 1 + total || seen < total)
        await new Promise(setImmediate);
      expect(seen).toBe(total);
      socket.destroy();
      other.cut();
    });
  }
});

test("a connection without news gets a comment now and then", async () => {
  await using server = await serve({ beatMs: 5 });
  const response = await fetch(server.url);
  let text = "";
  for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.split(":\n\n").length > 3) break;
  }
  expect(text).toStartWith('id: 0\ndata: {"type":"hello","seq":0,"first":0}\n\n:\n\n:\n\n');
});

afterEach(() => store.remove(() => true));
