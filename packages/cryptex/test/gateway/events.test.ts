/** `/events` over the journal: matches of a scan reach readers once each, whoever writes them and however often the reader is cut off. */
import { describe, expect, test } from "bun:test";
import { createParser } from "eventsource-parser";
import { storedJournal } from "../../src/cryptex-store/journal.ts";
import { openStore } from "../../src/cryptex-store/store.ts";
import { newEntry } from "../../src/dictionary/entry.ts";
import type { Journal } from "../../src/results/journal.ts";
import { END, matchOf, START } from "./support/fake-services.ts";
import { type Gateway, openGateway } from "./support/gateway.ts";

interface Frame {
  readonly type: string;
  readonly seq: number;
  readonly [member: string]: unknown;
}

/** Reads until so many frames are there, and cuts the connection. @returns what came, all of it */
type Read = (url: string, query: string, count: number) => Promise<Frame[]>;

const bySse: Read = async (url, query, count) => {
  const [path, ...headers] = query.split("#");
  const controller = new AbortController();
  const response = await fetch(`${url}/events?${path}`, {
    signal: controller.signal,
    headers: headers[0] === undefined ? {} : { "last-event-id": headers[0] },
  });
  const frames: Frame[] = [];
  const parser = createParser({ onEvent: ({ data }) => void frames.push(JSON.parse(data)) });
  try {
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
      parser.feed(piece);
      if (frames.length >= count) controller.abort();
    }
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  }
  return frames;
};

const byWebSocket: Read = async (url, query, count) => {
  const socket = new WebSocket(`${url.replace("http", "ws")}/events?${query}`, ["cryptex.events.v1"]);
  const frames: Frame[] = [];
  await new Promise<void>((resolve, reject) => {
    socket.onerror = reject;
    socket.onclose = () => resolve();
    socket.onmessage = ({ data }) => {
      const message: Frame | Frame[] = JSON.parse(data);
      frames.push(...(Array.isArray(message) ? message : [message]));
      if (frames.length >= count) socket.terminate();
    };
  });
  return frames;
};

const WAYS = [
  ["server-sent events", bySse, ""],
  ["WebSocket", byWebSocket, ""],
  ["WebSocket, in batches", byWebSocket, "&batch=1"],
] as const;

/** Writes a scan of so many matches into a journal, a few at a time, in turns of the event loop. */
async function scan(journal: Journal, matches: number): Promise<string> {
  const { id } = journal.create({ origin: "gateway", state: "waiting" });
  journal.append(id, [START]);
  for (let at = 0; at < matches; at += 20) {
    journal.append(
      id,
      Array.from({ length: 20 }, (_, i) => matchOf(`file ${at + i}`)),
    );
    await new Promise(setImmediate);
  }
  journal.append(id, [END]);
  return id;
}

for (const [way, read, batch] of WAYS) {
  test(`${way}: a thousand hits while the connection is cut again and again: none lost, none twice`, async () => {
    await using gateway = openGateway();
    const url = await gateway.listen();
    const scanning = scan(gateway.services.journal, 1_000);
    const paths: unknown[] = [];
    let after = 0;
    while (paths.length < 1_000) {
      const frames = await read(url, `type=match&after=${after}${batch}`, Math.min(40, 1_001 - paths.length));
      for (const { type, seq, path } of frames) {
        if (type === "hello") continue;
        expect(type).toBe("match");
        after = seq;
        paths.push(path);
      }
    }
    await scanning;
    expect(paths).toEqual(Array.from({ length: 1_000 }, (_, i) => `file ${i}`));
    expect(gateway.reported).toEqual([]);
  });

  test(`${way}: what another program writes to the same store`, async () => {
    await using gateway = openGateway({ store: "file" });
    const url = await gateway.listen();
    const reading = read(url, `after=0&type=match${batch}`, 101);
    using other = openStore(gateway.storePath);
    await scan(storedJournal(other), 100);
    const frames = await reading;
    expect(frames.slice(1, 101).map(({ path }) => path)).toEqual(
      Array.from({ length: 100 }, (_, i) => `file ${i}`),
    );
  });

  test(`${way}: scans that were removed are named as lost`, async () => {
    await using gateway = openGateway();
    const url = await gateway.listen();
    const { journal } = gateway.services;
    const first = await scan(journal, 20);
    await scan(journal, 20);
    journal.remove(first);
    const { last } = journal.bounds();
    const frames = await read(url, `after=0${batch}`, 3);
    expect(frames[0]).toMatchObject({ type: "hello", seq: last });
    expect(frames[1]).toEqual({ type: "lost", from: 1, to: last / 2 } as never);
    expect(frames[2]!.seq).toBe(last / 2 + 1);
  });

  test(`${way}: of one scan, of all kinds of happenings`, async () => {
    await using gateway = openGateway();
    const url = await gateway.listen();
    const { journal, dictionary } = gateway.services;
    const [id] = [await scan(journal, 20), await scan(journal, 20)];
    const own = await read(url, `after=0&scan=${id}${batch}`, 25);
    expect(own.slice(1).map(({ type }) => type)).toEqual(
      [...["scan", "scan", "start"], ...Array<string>(20).fill("match"), ...["end", "scan"]].slice(
        0,
        own.length - 1,
      ),
    );
    expect(own.slice(1).every((frame) => frame["scan"] === id)).toBe(true);
    const reading = read(url, `type=dictionary,rules&after=${journal.bounds().last}${batch}`, 3);
    dictionary.add(newEntry("Lamp"), { who: "me" });
    journal.note({ type: "rules", ruleset: "house", digest: "sha256:0", quarantined: 0 });
    expect(
      (await reading).slice(1).map(({ type, codename, ruleset }) => [type, codename ?? ruleset]),
    ).toEqual([
      ["dictionary", "Lamp"],
      ["rules", "house"],
    ]);
  });
}

describe("requests", () => {
  test("Last-Event-ID goes before after", async () => {
    await using gateway = openGateway();
    const url = await gateway.listen();
    await scan(gateway.services.journal, 20);
    const frames = await bySse(url, "after=0#10", 2);
    expect(frames[1]!.seq).toBe(11);
  });

  async function detailOf(
    gateway: Gateway,
    path: string,
    headers: Record<string, string> = {},
  ): Promise<string> {
    const response = await gateway.request(path, { headers });
    return `${response.status} ${((await response.json()) as { detail: string }).detail}`;
  }

  test("that make no sense", async () => {
    await using gateway = openGateway();
    expect(await detailOf(gateway, "/events?scan=none")).toBe("404 there is no such scan");
    expect(await detailOf(gateway, "/events", { "last-event-id": "x" })).toStartWith(
      "400 Last-Event-ID must be a whole number",
    );
    expect(gateway.hub.counts().listeners).toBe(0);
  });

  test("beyond the most listeners, and while the gateway stops: 503", async () => {
    await using gateway = openGateway({ limits: { listeners: 1 } });
    const url = await gateway.listen();
    const first = await fetch(`${url}/events`);
    expect(await detailOf(gateway, "/events")).toBe("503 1 listen already");
    await first.body!.cancel();
    gateway.hub.close();
    expect(await detailOf(gateway, "/events")).toBe("503 the server is stopping");
  });

  test("figures tell how many listen, and what was lost", async () => {
    await using gateway = openGateway();
    const url = await gateway.listen();
    const { journal } = gateway.services;
    journal.remove(await scan(journal, 20));
    journal.note({ type: "rules", ruleset: "house", digest: "sha256:0", quarantined: 0 });
    const lost = journal.bounds().last - 1;
    await bySse(url, "after=0", 3);
    const text = await (await gateway.request("/metrics")).text();
    expect(text).toContain(`\ncryptex_event_frames_lost_total ${lost}\n`);
    expect(text).toContain("\ncryptex_event_listeners ");
  });
});
