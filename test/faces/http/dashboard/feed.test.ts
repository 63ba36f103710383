/** The feed against a server on loopback with chosen answers. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type Connection, Feed, type FeedTimes } from "../../../../src/faces/http/dashboard/feed.ts";
import type { Message } from "../../../../src/faces/http/dashboard/messages.ts";
import { snapshot } from "../../../support/snapshot.ts";

const STATUS = `event: status\ndata: ${JSON.stringify(snapshot(1_000, [{ id: "a" }]))}\n\n`;
const QUICK: FeedTimes = { retryMs: [1, 2, 4], silenceMs: 60_000, settleMs: 1 };

let answer: (request: Request) => Response | Promise<Response>;
let requests: Request[];
let server: ReturnType<typeof Bun.serve>;
let base: string;
let feed: Feed | undefined;
let running: Promise<void> | undefined;
let heard: (Connection | Message)[];
let passed: number;
let wake: () => void;

beforeEach(() => {
  requests = [];
  heard = [];
  passed = 0;
  wake = () => {};
  answer = () => events(STATUS);
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch(request) {
      if (new URL(request.url).pathname === "/sources") {
        return request.headers.get("authorization") === null && wantsToken
          ? new Response(null, { status: 401 })
          : Response.json({ schema: 1, sources: [] });
      }
      requests.push(request);
      return answer(request);
    },
  });
  base = server.url.origin;
});
afterEach(async () => {
  wantsToken = false;
  feed?.close();
  await running;
  await server.stop(true);
});
let wantsToken = false;

/** A stream of events that stays open unless told otherwise. */
function events(text: string, { ends = false } = {}): Response {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      if (ends) controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

function begin(times: Partial<FeedTimes> = {}): Feed {
  const tell = (event: Connection | Message) => {
    heard.push(event);
    wake();
  };
  feed = new Feed(base, { connection: tell, message: tell }, { ...QUICK, ...times });
  running = feed.run();
  return feed;
}

/** Resolves with the next event of this kind, after those that earlier calls returned or passed over. */
async function next<K extends (Connection | Message)["kind"]>(
  kind: K,
): Promise<Extract<Connection | Message, { kind: K }>> {
  for (;;) {
    while (passed < heard.length) {
      const event = heard[passed++]!;
      if (event.kind === kind) return event as Extract<Connection | Message, { kind: K }>;
    }
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

const kinds = () => heard.map(({ kind }) => kind);
const source = (request: Request | undefined) => new URL(request!.url).searchParams.get("source");

describe("the feed", () => {
  test("connecting, the catalogue, live, and what comes", async () => {
    begin();
    expect((await next("status")).snapshot.uptimeMs).toBe(1_000);
    expect(kinds()).toEqual(["connecting", "catalogue", "live", "status"]);
    expect(source(requests[0])).toBeNull();
    expect(requests[0]!.headers.get("authorization")).toBeNull();
  });

  test("an event in pieces, a letter of two bytes torn apart", async () => {
    const bytes = new TextEncoder().encode('event: source-failed\ndata: {"id":"a","reason":"µ"}\n\n');
    answer = () =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            for (const byte of bytes) {
              controller.enqueue(Uint8Array.of(byte));
              await new Promise(setImmediate);
            }
          },
        }),
      );
    begin();
    expect((await next("source-failed")).reason).toBe("µ");
  });

  test("pauses grow while nothing is heard, and are short again after it was", async () => {
    answer = () => new Response(null, { status: 503 });
    begin({ retryMs: [1, 2, 4] });
    const pauses: number[] = [];
    for (let i = 0; i < 4; i++) {
      const lost = await next("lost");
      expect(lost.reason).toBe("the server answered with 503");
      pauses.push(lost.retryInMs);
    }
    expect(pauses).toEqual([1, 2, 4, 4]);
    answer = () => events(STATUS, { ends: true });
    await next("live");
    const ended = await next("lost");
    expect(ended).toEqual({ kind: "lost", reason: "the server has ended the connection", retryInMs: 1 });
  });

  test("a server that is not there, and comes back", async () => {
    const { port } = server;
    await server.stop(true);
    begin();
    expect((await next("lost")).reason).toBe("the server does not answer");
    server = Bun.serve({
      hostname: "127.0.0.1",
      port: port!,
      fetch: (request) =>
        request.url.endsWith("/sources") ? Response.json({ sources: [] }) : events(STATUS),
    });
    await next("live");
  });

  test("a server that falls silent is taken for gone", async () => {
    begin({ silenceMs: 50 });
    expect((await next("lost")).reason).toBe("the server has said nothing for 0.05 s");
  });

  test("what it does not understand ends the connection with a reason", async () => {
    answer = () => events("event: output\ndata: {}\n\n");
    begin();
    expect((await next("lost")).reason).toStartWith(
      'the server\'s "output" is not what this page understands',
    );
  });

  test("an event without end does not fill the memory", async () => {
    const endless = new Uint8Array(1 << 16).fill(0x61);
    answer = () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode("data: ")),
          pull: (controller) => controller.enqueue(endless),
        }),
      );
    begin();
    expect((await next("lost")).reason).toMatch(/buffer/i);
  });

  test("the last of several wishes is asked for, with a name that needs escaping", async () => {
    begin();
    await next("live");
    feed!.watch("a");
    feed!.watch("b&c");
    await next("live");
    expect(requests.map(source)).toEqual([null, "b&c"]);
    expect(kinds()).not.toContain("lost");
  });

  test("a source that the server does not have is not asked for again", async () => {
    answer = (request) => (source(request) === null ? events(STATUS) : new Response(null, { status: 400 }));
    begin();
    await next("live");
    feed!.watch("gone");
    await next("lost");
    await next("live");
    expect(requests.map(source)).toEqual([null, "gone", null]);
  });

  test("a token: asked for, refused, taken", async () => {
    wantsToken = true;
    answer = (request) =>
      request.headers.get("authorization") === "Bearer right"
        ? events(STATUS)
        : new Response(null, { status: 401 });
    begin();
    expect(await next("locked")).toEqual({ kind: "locked", rejected: false });
    feed!.unlock("wrong");
    expect(await next("locked")).toEqual({ kind: "locked", rejected: true });
    feed!.unlock("right");
    await next("live");
  });

  test("tries at once when told so, and ends when closed", async () => {
    answer = () => new Response(null, { status: 503 });
    begin({ retryMs: [3_600_000] });
    await next("lost");
    answer = () => events(STATUS);
    feed!.retry();
    await next("live");
    feed!.close();
    await running;
  });
});
