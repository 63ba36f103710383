import { describe, expect, test } from "bun:test";
import { MAX_SHOWN_SAMPLES, MAX_WATCHERS } from "../../../src/faces/http/event-feed.ts";
import type { HistoryData } from "../../../src/faces/http/feed-history.ts";
import { type ServedApp, servedApp } from "../../support/served-app.ts";

interface Event {
  readonly name: string;
  readonly data: Record<string, unknown>;
}

/** Reads the events of one connection. */
class Watcher {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = "";

  constructor(readonly response: Response) {
    this.#reader = response.body!.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  }

  static async of(served: ServedApp, query = ""): Promise<Watcher> {
    return new Watcher(await served.app.request(`/events${query}`));
  }

  /** The next event; undefined after the last. */
  async next(): Promise<Event | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end >= 0) {
        const [, name, data] = /^event: (.*)\ndata: (.*)$/.exec(this.#text.slice(0, end))!;
        this.#text = this.#text.slice(end + 2);
        return { name: name!, data: JSON.parse(data!) };
      }
      const piece = await this.#reader.read();
      if (piece.done) return undefined;
      this.#text += Buffer.from(piece.value).toString();
    }
  }

  async nextNamed(name: string): Promise<Event> {
    for (let event = await this.next(); event; event = await this.next())
      if (event.name === name) return event;
    throw new Error(`no ${name}`);
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

describe("events", () => {
  test("a status at once, then one with every tick, the same for all", async () => {
    using served = servedApp();
    const [one, other] = [await Watcher.of(served), await Watcher.of(served)];
    expect(one.response.headers.get("content-type")).toBe("text/event-stream");
    expect(one.response.headers.get("cache-control")).toBe("no-store");
    expect((await one.next())!.name).toBe("status");
    expect((await other.next())!.data).toMatchObject({ schema: 1, sources: [{ id: "a" }, { id: "b" }] });
    served.tick();
    expect(await one.next()).toEqual((await other.next())!);
  });

  test("output for show: 64 bytes once the generator is seeded, and other ones each time", async () => {
    using served = servedApp();
    const watcher = await Watcher.of(served);
    served.tick();
    await served.random.ready();
    served.tick();
    served.tick();
    const first = (await watcher.nextNamed("output")).data["hex"] as string;
    const second = (await watcher.nextNamed("output")).data["hex"] as string;
    expect(first).toMatch(/^[0-9a-f]{128}$/);
    expect(second).not.toBe(first); // false alarm 2^-512
  });

  test("whoever comes later is sent what the others saw: credit of five minutes, and failures", async () => {
    using served = servedApp();
    const first = await Watcher.of(served);
    await served.random.ready();
    const seen: Record<string, unknown>[] = [(await first.next())!.data];
    for (let i = 0; i < 3; i++) {
      // Snapshots are made four times a second at most.
      await new Promise((resolve) => setTimeout(resolve, 260));
      served.tick();
      seen.push((await first.nextNamed("status")).data);
    }
    served.sources[0]!.error = new Error("pulled out");
    const failed = first.nextNamed("source-failed");
    await served.pool.extract(64 * 1024);
    await failed;
    await first.cancel();
    const { data } = await (await Watcher.of(served)).nextNamed("history");
    const { sources, credit: all, failures } = data as unknown as HistoryData;
    // Whoever comes is sent a status, which is one more if the last is older than a quarter of a second.
    const credit = all.slice(0, 3);
    expect(credit.map(([atMs]) => atMs)).toEqual(seen.slice(1).map(({ uptimeMs }) => uptimeMs as number));
    const rates = (status: Record<string, unknown>) =>
      sources.map((id) => {
        const found = (status["sources"] as { id: string; creditedBitsPerSecond: number }[]).find(
          (source) => source.id === id,
        );
        return Math.round(found!.creditedBitsPerSecond);
      });
    expect(credit.map(([, ...bits]) => bits)).toEqual(seen.slice(1).map(rates));
    // It is tried again after a second, and may have failed again by now.
    expect(failures.length).toBeGreaterThan(0);
    for (const failure of failures) {
      const reason = expect.stringContaining("pulled out");
      expect(failure).toEqual({ id: "a", reason, atMs: expect.any(Number) });
    }
  });

  test("what is shown takes nothing from the pool, and is counted apart", async () => {
    using served = servedApp({ mode: "drbg" });
    await served.random.ready();
    const extract = served.pool.extract.bind(served.pool);
    let extracted = 0;
    served.pool.extract = (...args) => {
      extracted += 1;
      return extract(...args);
    };
    await Watcher.of(served);
    // Longer than the second after which output that is served asks for a new seed.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const before = served.pool.status();
    for (let i = 0; i < 10; i++) served.tick();
    expect(extracted).toBe(0);
    const { extractedBytes, shownBytes } = served.pool.status();
    expect([extractedBytes, shownBytes - before.shownBytes]).toEqual([before.extractedBytes, 640]);
    await served.app.request("/api/v1/bytes?n=1");
    expect(extracted).toBe(1);
  });

  test("no output while a reseed is overdue, and all else goes on", async () => {
    using served = servedApp();
    await served.random.ready();
    const watcher = await Watcher.of(served);
    await watcher.next();
    served.random.fillNow = () => false;
    served.tick();
    served.tick();
    for (let i = 0; i < 2; i++) expect((await watcher.next())!.name).toBe("status");
  });

  test("noise of the source that was asked for", async () => {
    using served = servedApp();
    const [watcher, other] = [await Watcher.of(served, "?source=b"), await Watcher.of(served, "?source=a")];
    let revealed: readonly number[] | undefined;
    served.pool.on("revealed", (trace) => {
      if (trace.sourceId !== "b") return;
      revealed ??= Array.from(trace.samples.subarray(0, MAX_SHOWN_SAMPLES), Number);
    });
    served.tick();
    served.pool.start();
    const { data } = await watcher.nextNamed("noise");
    expect(data["id"]).toBe("b");
    expect(data["samples"]).toEqual(revealed as number[]);
    expect((await other.nextNamed("noise")).data["id"]).toBe("a");
  });

  test("nothing is revealed while nobody asks for it", async () => {
    using served = servedApp();
    let revealed = 0;
    served.pool.on("revealed", () => {
      revealed += 1;
    });
    await Watcher.of(served);
    served.tick();
    await served.random.ready();
    expect(revealed).toBe(0);
  });

  test("a source that fails is told to all", async () => {
    using served = servedApp();
    const watcher = await Watcher.of(served);
    served.sources[0]!.error = new Error("pulled out");
    served.pool.start();
    const { data } = await watcher.nextNamed("source-failed");
    expect(data["id"]).toBe("a");
    expect(data["reason"]).toContain("pulled out");
  });

  test("no more watchers than allowed; one that leaves makes room", async () => {
    using served = servedApp();
    const watchers = await Promise.all(Array.from({ length: MAX_WATCHERS }, () => Watcher.of(served)));
    const refused = await served.app.request("/events");
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("1");
    await watchers[0]!.cancel();
    expect((await Watcher.of(served)).response.status).toBe(200);
  });

  test("the clock runs, and the pool is listened to, only while somebody watches", async () => {
    using served = servedApp();
    expect(served.ticking()).toBe(false);
    const watcher = await Watcher.of(served);
    expect([served.ticking(), served.pool.listenerCount("revealed")]).toEqual([true, 1]);
    await watcher.cancel();
    const listeners = ["revealed", "source-failed"].map((name) =>
      served.pool.listenerCount(name as "revealed"),
    );
    expect([served.ticking(), ...listeners]).toEqual([false, 0, 0]);
  });

  test("sources of a full pool are sampled while somebody watches, and only then", async () => {
    using served = servedApp();
    await served.random.ready();
    const samples = () => served.pool.status().sources.reduce((sum, source) => sum + source.samples, 0);
    const still = async () => {
      for (let last = -1; last !== samples() || served.pool.status().readyBytes < 4_096; ) {
        last = samples();
        for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
      }
    };
    await still();
    const before = samples();
    const watchers = [await Watcher.of(served), await Watcher.of(served)];
    while (samples() === before) await new Promise((resolve) => served.pool.once("sampled", resolve));
    await watchers[0]!.cancel();
    const between = samples();
    while (samples() === between) await new Promise((resolve) => served.pool.once("sampled", resolve));
    const shares: number[] = [];
    Object.defineProperty(served.pool, "idleShare", { set: (share: number) => shares.push(share) });
    await watchers[1]!.cancel();
    expect(shares).toEqual([0]);
  });

  test("one that does not read costs no more than its buffer", async () => {
    using served = servedApp();
    const watcher = await Watcher.of(served);
    for (let i = 0; i < 5_000; i++) served.tick();
    served.closing.abort();
    let events = 0;
    while (await watcher.next()) events += 1;
    expect(events).toBeGreaterThan(10);
    expect(events).toBeLessThan(1_000);
  });

  test("all end when the server stops", async () => {
    using served = servedApp();
    const watcher = await Watcher.of(served);
    await watcher.next();
    served.closing.abort();
    expect(await watcher.next()).toBeUndefined();
    expect(served.ticking()).toBe(false);
    expect((await served.app.request("/events")).status).toBe(503);
  });

  for (const query of ["?source=nope", "?source=", "?source=a&source=b"]) {
    test(`${query} is refused`, async () => {
      using served = servedApp();
      expect((await served.app.request(`/events${query}`)).status).toBe(400);
      expect(served.ticking()).toBe(false);
    });
  }
});
