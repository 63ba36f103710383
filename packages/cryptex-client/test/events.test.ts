/** The event stream, over connections that break in every way: by WebSocket and by fetch. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { CryptexClient, type EventFrame, type EventsOptions, type LostFrame } from "../src/index.ts";
import { FixtureGateway, problem } from "./support/fixture-gateway.ts";

let gateway: FixtureGateway;
beforeEach(() => {
  gateway = new FixtureGateway();
});
afterEach(() => gateway.stop());

/** Reads events in the background. */
function listen(client: CryptexClient, options: EventsOptions = {}) {
  const frames: (EventFrame | LostFrame)[] = [];
  const states: string[] = [];
  const ending = new AbortController();
  const waiting = new Set<() => void>();
  const changed = () => {
    for (const look of waiting) look();
  };
  const onState: EventsOptions["onState"] = (state) => {
    states.push(state.connected ? `from ${state.after}` : "lost it");
    changed();
  };
  const ended = (async () => {
    for await (const frame of client.events({ ...options, signal: ending.signal, onState })) {
      frames.push(frame);
      changed();
    }
  })();
  ended.catch(() => {}); // whoever stops it looks
  return {
    frames,
    states,
    seqs: () => frames.map((frame) => ("seq" in frame ? frame.seq : `${frame.from}-${frame.to}`)),
    /** Resolves once it holds. */
    until: (holds: () => boolean) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!holds()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    ended,
    async stop() {
      ending.abort(new Error("stopped"));
      await expect(ended).rejects.toThrow("stopped");
    },
  };
}

const WAYS: Record<string, (options?: object) => CryptexClient> = {
  WebSocket: (options) => new CryptexClient({ url: gateway.url, ...options }),
  fetch: (options) =>
    new CryptexClient({ url: gateway.url, fetch: (url, init) => fetch(url, init), ...options }),
};

const usedSockets = () => gateway.seen.filter(({ headers }) => headers.get("upgrade") === "websocket").length;

for (const [way, clientOf] of Object.entries(WAYS)) {
  describe(`by ${way}`, () => {
    test("1,000 hits while the connection is cut again and again: none is lost, none comes twice", async () => {
      const reader = listen(clientOf(), { after: 0 });
      await reader.until(() => reader.states.length > 0);
      for (let hit = 1; hit <= 1000; hit++) {
        gateway.write("match", { rule: `r${hit}` });
        if (hit % 250 === 0) {
          gateway.cut();
          // Some while nobody is connected, some after.
          if (hit % 500 === 0) await reader.until(() => reader.seqs().length >= hit);
        }
      }
      await reader.until(() => reader.frames.length >= 1000);
      expect(reader.seqs()).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
      expect(reader.states.filter((state) => state === "lost it").length).toBeGreaterThanOrEqual(2);
      expect(usedSockets() > 0).toBe(way === "WebSocket");
      await reader.stop();
    });

    test("over a restart of the gateway, also from a start without a place", async () => {
      gateway.write("match");
      const reader = listen(clientOf());
      await reader.until(() => reader.states.includes("from 1"));
      await gateway.stop();
      gateway.write("match");
      gateway.write("end");
      gateway.restart();
      await reader.until(() => reader.frames.length === 2);
      expect(reader.seqs()).toEqual([2, 3]);
      await reader.stop();
    });

    test("filters go along, on each connection", async () => {
      const reader = listen(clientOf(), { after: 0, types: ["match", "end"], scan: "s1" });
      await reader.until(() => reader.states.length > 0);
      gateway.write("match", {}, "s1");
      gateway.write("match", {}, "s2");
      await reader.until(() => reader.frames.length === 1);
      gateway.cut();
      gateway.write("skip", {}, "s1");
      gateway.write("end", {}, "s1");
      await reader.until(() => reader.frames.length === 2);
      expect(reader.seqs()).toEqual([1, 4]);
      await reader.stop();
    });

    test("what will not come is named, and is not asked for again", async () => {
      for (let line = 0; line < 5; line++) gateway.write("match");
      gateway.first = 4;
      const reader = listen(clientOf(), { after: 1 });
      await reader.until(() => reader.frames.length === 3);
      expect(reader.frames[0]).toEqual({ type: "lost", from: 2, to: 3 });
      gateway.cut();
      gateway.write("match");
      await reader.until(() => reader.frames.length === 4);
      expect(reader.seqs()).toEqual(["2-3", 4, 5, 6]);
      await reader.stop();
    });

    test("another journal, with smaller numbers, is told from a quiet one", async () => {
      gateway.write("match");
      gateway.write("match");
      const reader = listen(clientOf(), { after: 100 });
      await reader.until(() => reader.states.filter((state) => state === "from 2").length === 2);
      gateway.write("match");
      await reader.until(() => reader.frames.length === 2);
      expect(reader.seqs()).toEqual(["1-2", 3]);
      await reader.stop();
    });

    test("a refusal ends it, with the gateway's reason", async () => {
      await gateway.stop();
      gateway = new FixtureGateway({ token: "right" });
      const wrong = listen(clientOf({ token: "wrong" }));
      await expect(wrong.ended).rejects.toMatchObject({ kind: "unauthorized", status: 401 });
      const right = listen(clientOf({ token: "right" }), { after: 0 });
      gateway.write("match");
      await right.until(() => right.frames.length === 1);
      await right.stop();
    });

    test("silence ends a connection, not the stream", async () => {
      const reader = listen(clientOf(), { after: 0, quietMs: 200 });
      await reader.until(() => reader.states.filter((state) => state === "from 0").length >= 2);
      // By fetch the gateway's heartbeats should have come.
      expect(reader.states.includes("lost it")).toBe(way === "fetch");
      gateway.write("match");
      await reader.until(() => reader.frames.length === 1);
      await reader.stop();
    });

    test("leaving the loop closes the connection", async () => {
      gateway.write("match");
      for await (const frame of clientOf().events({ after: 0 })) {
        expect(frame).toMatchObject({ seq: 1 });
        break;
      }
      await gateway.until(() => gateway.readers === 0);
    });

    test("a busy gateway is asked again when it said", async () => {
      const busy = () => problem(503, "too many readers", { headers: { "retry-after": "0" } });
      gateway.instead.push(busy, busy, busy);
      gateway.write("match");
      const reader = listen(clientOf(), { after: 0 });
      await reader.until(() => reader.frames.length === 1);
      expect(reader.states).toContain("lost it");
      await reader.stop();
    });
  });
}

test("where WebSockets do not get through, the stream comes by fetch and stays with it", async () => {
  gateway.withoutSockets = true;
  const reader = listen(WAYS["WebSocket"]!(), { after: 0 });
  gateway.write("match");
  await reader.until(() => reader.frames.length === 1);
  gateway.cut();
  gateway.write("match");
  await reader.until(() => reader.frames.length === 2);
  expect([reader.seqs(), usedSockets()]).toEqual([[1, 2], 1]);
  await reader.stop();
});

test("for a slow reader only so many frames wait, and none is lost", async () => {
  const lines = 50_000;
  for (let line = 0; line < lines; line++) gateway.write("match");
  let count = 0;
  const connections: number[] = [];
  const onState: EventsOptions["onState"] = (state) => {
    if (state.connected) connections.push(state.after);
  };
  for await (const frame of WAYS["WebSocket"]!().events({ after: 0, onState })) {
    expect("seq" in frame && frame.seq).toBe(++count);
    // Reads nothing more until the client has had enough, each time.
    if (count === (connections.at(-1) ?? 0) + 1)
      await gateway.until(() => gateway.readers === 0 || isShort(count));
    if (count === lines) break;
  }
  expect(connections.length).toBeGreaterThan(2);

  function isShort(from: number): boolean {
    return lines - from <= 11_000;
  }
});

test("what is no frame ends the stream aloud", async () => {
  gateway.instead.push(() => new Response("<html>", { headers: { "content-type": "text/html" } }));
  const client = new CryptexClient({ url: gateway.url, fetch: (url, init) => fetch(url, init) });
  const reader = listen(client, { after: 0 });
  await reader.until(() => reader.states.includes("lost it"));
  await reader.stop();
});

test("a WebSocket that says nothing at all is given up for fetch", async () => {
  using silent = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request, server) =>
      request.headers.get("upgrade") === "websocket"
        ? void server.upgrade(request, { headers: { "sec-websocket-protocol": "cryptex.events.v1" } })
        : fetch(request.url.replace(server.url.origin, gateway.url), { headers: request.headers }),
    websocket: { message() {} },
  });
  gateway.write("match");
  const reader = listen(new CryptexClient({ url: silent.url }), { after: 0, quietMs: 500 });
  await reader.until(() => reader.frames.length === 1);
  expect(reader.seqs()).toEqual([1]);
  await reader.stop();
});
