/** The service of scans: queue, cancel, stop and go on, bytes. */
import { describe, expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { storedJournal } from "../../src/cryptex-store/journal.ts";
import type { Store } from "../../src/cryptex-store/store.ts";
import { StoreError } from "../../src/cryptex-store/store-error.ts";
import type { ScanOrder } from "../../src/gateway/scans/scans.ts";
import { ServiceError } from "../../src/gateway/service-error.ts";
import { type Journal, JournalError } from "../../src/results/journal.ts";
import { bytesOf, zip } from "../archives/writers.ts";
import { fakeRuleSet } from "../scan-runner/support/fake-engine.ts";
import { realThread, scanAll, walkOf } from "../scan-runner/support/scan.ts";
import { open, Place, RULES, resultOf, statesOf } from "./support/scans.ts";

const ALL: ScanOrder = { root: "files", paths: ["."] };
const GATEWAY = { origin: "gateway" } as const;

function fault(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ServiceError || error instanceof JournalError)
      return `${error.kind}: ${error.message}`;
    throw error;
  }
  return "none";
}

/** A tree in which members wait for their place, with more than one stretch of files. */
function fill(place: Place): void {
  for (let i = 0; i < 150; i++) place.file(`root/f${i}`, i % 3 === 0 ? "xabc" : "hay");
  const members = ["m", "n/o"].map((name) => ({ name, content: bytesOf("abc") }));
  for (const name of ["a.zip", "a.zip ", "b/c.zip", "f1.zip"]) place.file(`root/${name}`, zip(members));
  place.file("root/log", "@log word");
  symlinkSync("log", place.path("root/link"));
}

const DEEP: ScanOrder = { ...ALL, options: { archives: 2 } };

/** Lines of one scan that is not interrupted. */
async function wholeOf(place: Place, order: ScanOrder): Promise<readonly unknown[]> {
  await using gateway = open(place, { storeName: "whole.db" });
  const { id } = gateway.scans.submit(order, GATEWAY);
  expect((await gateway.scans.ended(id)).state).toBe("done");
  return resultOf(gateway.journal, id);
}

describe("a scan", () => {
  test("is written down, runs, and ends with what the scan-runner says, below the root", async () => {
    using place = new Place();
    fill(place);
    await using gateway = open(place);
    const { scans, journal } = gateway;
    const ordered = scans.submit(DEEP, { ...GATEWAY, key: "k" });
    expect(ordered).toMatchObject({ origin: "gateway", request: { ...DEEP } });
    const ended = await scans.ended(ordered.id);
    expect(statesOf(journal, ordered.id)).toEqual(["waiting", "running", "done"]);
    const { archiveLimits } = await import("../../src/gateway/scans/order.ts");
    const expected = await scanAll({
      ruleSet: fakeRuleSet(RULES["house"]!),
      walk: walkOf([""], { within: place.path("root") }),
      archives: archiveLimits(2),
    });
    expect(resultOf(journal, ordered.id)).toEqual(expected);
    const end = expected.at(-1)!;
    expect(ended.end).toEqual({ ...end, type: undefined } as never);
    expect(JSON.stringify([ended, ...journal.read({ limit: 10_000 })])).not.toContain(place.root);
    expect(scans.stats()).toMatchObject({ running: 0, waiting: 0, files: 155 });
    expect(fault(() => scans.submit(ALL, { ...GATEWAY, key: "k" }))).toStartWith("duplicate");
  });

  test("of one file, of a folder, of a link's target", async () => {
    using place = new Place();
    place.file("root/sub/x", "abc");
    place.file("root/y", "abc");
    symlinkSync("sub", place.path("root/link"));
    await using gateway = open(place);
    const found = async (...paths: string[]) => {
      const { id } = gateway.scans.submit({ root: "files", paths }, GATEWAY);
      await gateway.scans.ended(id);
      return gateway.journal.read({ scan: id, types: ["match"], limit: 10 }).map(({ data }) => data["path"]);
    };
    expect(await found("sub/x")).toEqual(["sub/x"]);
    expect(await found("sub")).toEqual(["sub/x"]);
    expect(await found("link", "y", "sub/")).toEqual(["sub/x", "y"]);
  });

  test("that makes no sense is refused before it is written down", async () => {
    using place = new Place();
    await using gateway = open(place);
    const refused = (order: Partial<ScanOrder>) =>
      fault(() => gateway.scans.submit({ ...ALL, ...order }, GATEWAY));
    const none = "not-found: no such path below the root files";
    for (const path of ["../store.db", "none", "/etc", ""]) expect(refused({ paths: [path] })).toBe(none);
    expect(refused({ root: "x" })).toBe("not-found: there is no root x");
    expect(refused({ paths: [] })).toStartWith("invalid: paths");
    expect(refused({ ruleset: "x" })).toBe("not-found: there is no such rule set");
    expect(refused({ options: { since: "yesterday" } })).toStartWith("invalid: options.since");
    expect(gateway.journal.bounds()).toEqual({ first: 0, last: 0 });
  });

  test("does not read the store, were it in the root", async () => {
    using place = new Place();
    place.file("root/a", "abc");
    await using gateway = open(place, { storeName: "root/store.db" });
    const { id } = gateway.scans.submit(ALL, GATEWAY);
    await gateway.scans.ended(id);
    const skips = gateway.journal.read({ scan: id, types: ["skip"], limit: 10 });
    expect(skips.map(({ data }) => `${data["path"]}: ${data["reason"]}`)).toEqual(
      ["store.db", "store.db-shm", "store.db-wal"].map((name) => `${name}: this scan writes to it`),
    );
  });

  test("fails with a reason that names nothing of the host", async () => {
    using place = new Place();
    place.file("root/a");
    const startThread = () => {
      throw new Error("no room in /srv/secret");
    };
    await using gateway = open(place, { startThread });
    const { id } = gateway.scans.submit(ALL, GATEWAY);
    expect(await gateway.scans.ended(id)).toMatchObject({
      state: "failed",
      end: null,
      reason: "it failed for a reason of the gateway's own",
    });
    expect(gateway.warnings.join()).toContain("/srv/secret");
  });

  test("its lines wait for no disk; that it runs and has ended is on the disk before anybody hears of it", async () => {
    using place = new Place();
    // More lines than one batch has.
    for (let i = 0; i < 600; i++) place.file(`root/f${i}`, "hay");
    const written: string[] = [];
    const journalOf = (store: Store): Journal => {
      const journal = storedJournal(store);
      const append: Journal["append"] = (scan, lines, change) => {
        const { synchronous } = store.db.query<{ synchronous: number }, []>("PRAGMA synchronous").get()!;
        written.push(`${change?.state ?? "lines"} ${synchronous === 2 ? "flushed" : "left"}`);
        return journal.append(scan, lines, change);
      };
      return Object.assign(Object.create(journal) as Journal, { append });
    };
    await using gateway = open(place, { journalOf });
    const { id } = gateway.scans.submit({ ...ALL, options: { listClean: true } }, GATEWAY);
    await gateway.scans.ended(id);
    expect(written.at(0)).toBe("running flushed");
    expect(written.at(-1)).toBe("done flushed");
    expect(new Set(written.slice(1, -1))).toEqual(new Set(["lines left"]));
  });

  test("with the cache says the same again, also where it is interrupted", async () => {
    using place = new Place();
    fill(place);
    const order = { ...ALL, options: { cache: true, archives: 2 } };
    const whole = await wholeOf(place, { ...ALL, options: { archives: 2 } });
    await using gateway = open(place);
    for (let round = 0; round < 2; round++) {
      const { id } = gateway.scans.submit(order, GATEWAY);
      await gateway.scans.ended(id);
      expect(resultOf(gateway.journal, id)).toEqual(whole);
    }
  });
});

describe("the queue", () => {
  test("few run at a time, in the order in which they were ordered; beyond the most that wait: busy", async () => {
    using place = new Place();
    place.file("root/slow/x", "@hang");
    place.file("root/quick/x", "abc");
    await using gateway = open(place, { mostRunning: 1, startThread: realThread });
    const { scans, journal } = gateway;
    const submit = (path: string) => scans.submit({ root: "files", paths: [path] }, GATEWAY);
    const slow = submit("slow");
    const first = submit("quick");
    for (let i = 1; i < 1_000; i++) submit("quick");
    expect(scans.stats()).toMatchObject({ running: 1, waiting: 1_000 });
    expect(fault(() => submit("quick"))).toBe("busy: too many scans wait: order it later");
    expect(journal.scan(first.id)!.state).toBe("waiting");
    expect(scans.cancel(slow.id).state).toBe("cancelled");
    expect((await scans.ended(first.id)).state).toBe("done");
  });

  test("scans at once share nothing: where one is cancelled, the other says what it says alone", async () => {
    using place = new Place();
    fill(place);
    const alone = await wholeOf(place, { ...DEEP, ruleset: "other" });
    await using gateway = open(place, { startThread: realThread });
    const { scans, journal } = gateway;
    place.file("root-2/x");
    const one = scans.submit({ ...DEEP, ruleset: "house" }, GATEWAY);
    const two = scans.submit({ ...DEEP, ruleset: "other" }, GATEWAY);
    const firstLine = new Promise<void>((resolve) => {
      const off = journal.onWritten(() => {
        if (journal.read({ scan: one.id, types: ["start"], limit: 1 }).length === 0) return;
        off();
        resolve();
      });
    });
    await firstLine;
    const { state } = journal.scan(one.id)!;
    if (state === "running") expect(scans.cancel(one.id).state).toBe("cancelled");
    await scans.ended(two.id);
    expect(resultOf(journal, two.id)).toEqual(alone);
  });
});

describe("cancel", () => {
  test("what it has found stays, nothing follows, and a second time is a conflict", async () => {
    using place = new Place();
    place.file("root/a", "abc");
    for (let i = 0; i < 40; i++) place.file(`root/b${i}`, "@hang");
    await using gateway = open(place, { startThread: realThread, threads: 1 });
    const { scans, journal } = gateway;
    const order = { ...ALL, options: { timeoutMs: 0 } };
    const { id } = scans.submit(order, GATEWAY);
    await new Promise<void>((resolve) => {
      const off = journal.onWritten(() => {
        if (journal.read({ scan: id, types: ["start"], limit: 1 }).length === 0) return;
        off();
        resolve();
      });
    });
    expect(scans.cancel(id)).toMatchObject({ state: "cancelled", end: null, reason: null });
    expect((await scans.ended(id)).state).toBe("cancelled");
    expect(fault(() => scans.cancel(id))).toBe("conflict: the scan is cancelled already");
    expect(fault(() => scans.cancel("none"))).toBe("not-found: there is no such scan");
    await scans.stop();
    expect(statesOf(journal, id)).toEqual(["waiting", "running", "cancelled"]);
  });

  test("of one that waits", async () => {
    using place = new Place();
    place.file("root/a", "@hang");
    await using gateway = open(place, { mostRunning: 1, startThread: realThread });
    const { scans } = gateway;
    const [running, waiting] = [scans.submit(ALL, GATEWAY), scans.submit(ALL, GATEWAY)];
    expect(scans.cancel(waiting.id)).toMatchObject({ state: "cancelled", startedAt: null });
    expect(scans.stats()).toMatchObject({ running: 1, waiting: 0 });
    scans.cancel(running.id);
  });
});

/** Stops the gateway inside the write of a number, as its end would. */
function stoppingAt(write: number, stop: () => void): (store: Store) => Journal {
  return (store) => {
    const journal = storedJournal(store);
    let writes = 0;
    const append: Journal["append"] = (...given) => {
      writes += 1;
      if (writes === write) stop();
      return journal.append(...given);
    };
    return Object.assign(Object.create(journal), { append }) as Journal;
  };
}

describe("stop, and go on", () => {
  test("after any of its writes, the journal is that of a scan that was not interrupted", async () => {
    using place = new Place();
    fill(place);
    const whole = await wholeOf(place, DEEP);
    for (let write = 1; write <= 6; write++) {
      const storeName = `${write}.db`;
      let id: string;
      {
        let stopped: Promise<void> | undefined;
        const stop = () => void queueMicrotask(() => (stopped = gateway.scans.stop()));
        await using gateway = open(place, { storeName, journalOf: stoppingAt(write, stop) });
        id = gateway.scans.submit(DEEP, GATEWAY).id;
        const limit = new AbortController();
        const ended = gateway.scans.ended(id, limit.signal).catch(() => undefined);
        while (!stopped && gateway.journal.scan(id)!.state !== "done") await Bun.sleep(1);
        await stopped;
        limit.abort();
        await ended;
      }
      await using next = open(place, { storeName });
      next.scans.resumeAll();
      expect((await next.scans.ended(id)).state).toBe("done");
      expect(resultOf(next.journal, id), `stopped at write ${write}`).toEqual(whole);
    }
  });

  test("scans that waited go on too, of agents as well, in their order", async () => {
    using place = new Place();
    place.file("root/a", "@hang");
    const ids: string[] = [];
    {
      await using gateway = open(place, { mostRunning: 1, startThread: realThread });
      for (const origin of ["gateway", "mcp", "gateway"] as const)
        ids.push(gateway.scans.submit({ ...ALL, options: { timeoutMs: 0 } }, { origin }).id);
    }
    place.file("root/a", "abc");
    await using next = open(place, { mostRunning: 1 });
    expect(ids.map((id) => next.journal.scan(id)!.state)).toEqual(["running", "waiting", "waiting"]);
    next.scans.resumeAll();
    for (const id of ids) expect((await next.scans.ended(id)).state).toBe("done");
    const starts = next.journal.read({ types: ["start"], limit: 10 }).map(({ scan }) => scan);
    expect(starts).toEqual(ids);
  });

  async function interrupted(place: Place): Promise<string> {
    place.file("root/a", "abc");
    place.file("root/b", new Uint8Array(2 ** 20));
    place.file("root/c", "@hang");
    await using gateway = open(place, { startThread: realThread, threads: 1 });
    const { id } = gateway.scans.submit({ ...ALL, options: { timeoutMs: 0 } }, GATEWAY);
    while (!gateway.journal.scan(id)!.lines["match"]) await Bun.sleep(1);
    return id;
  }

  test("with other rules it fails and says so; what was found stays", async () => {
    using place = new Place();
    const id = await interrupted(place);
    await using next = open(place, { rules: { house: [{ name: "abc", find: "changed" }] } });
    next.scans.resumeAll();
    expect(await next.scans.ended(id)).toMatchObject({
      state: "failed",
      lines: { start: 1, match: 1 },
      end: null,
      reason: expect.stringContaining("the rules have changed since"),
    });
  });

  test("with another folder behind the root's name it fails and says so, without the folder's", async () => {
    using place = new Place();
    const id = await interrupted(place);
    place.file("root-2/x");
    await using next = open(place, { root: "root-2" });
    next.scans.resumeAll();
    const { state, reason } = await next.scans.ended(id);
    expect([state, reason]).toEqual([
      "failed",
      "interrupted, and the root files is no more what it was; order it again",
    ]);
  });

  test("of two programs on one store, the later one goes on, and each line is there once", async () => {
    using place = new Place();
    place.file("root/c", "@hang");
    fill(place);
    place.file("root/a", "abc");
    place.file("root/b0", new Uint8Array(2 ** 20));
    await using first = open(place, { startThread: realThread, threads: 1 });
    const { id } = first.scans.submit({ ...DEEP, options: { timeoutMs: 0 } }, GATEWAY);
    const waiting = first.scans.submit(ALL, GATEWAY);
    first.scans.cancel(waiting.id);
    while (!first.journal.scan(id)!.lines["match"]) await Bun.sleep(1);
    place.file("root/c", "abc");
    await using second = open(place);
    second.scans.resumeAll();
    expect((await second.scans.ended(id)).state).toBe("done");
    const whole = await wholeOf(place, { ...ALL });
    expect(resultOf(second.journal, id)).toEqual(whole);
    await first.scans.stop();
    expect(resultOf(second.journal, id)).toEqual(whole);
    expect(fault(() => first.scans.cancel(id))).toBe("conflict: the scan is done already");
  });

  test("where the store fails in the middle, the scan is not lost", async () => {
    using place = new Place();
    fill(place);
    const whole = await wholeOf(place, DEEP);
    let id = "";
    {
      const journalOf = stoppingAt(2, () => {
        throw new StoreError("full", "no space left in /srv/secret");
      });
      await using gateway = open(place, { journalOf });
      id = gateway.scans.submit(DEEP, GATEWAY).id;
      while (gateway.warnings.length === 0) await Bun.sleep(1);
      expect(gateway.journal.scan(id)).toMatchObject({ state: "running", reason: null });
    }
    await using next = open(place);
    next.scans.resumeAll();
    await next.scans.ended(id);
    expect(resultOf(next.journal, id)).toEqual(whole);
  });
});

describe("bytes", () => {
  test("say what a file of this name would", async () => {
    using place = new Place();
    const bytes = zip([
      { name: "z", content: bytesOf("abc") },
      { name: "b", content: bytesOf("abc") },
    ]);
    place.file("root/in/a.zip", bytes);
    await using gateway = open(place);
    const { signal } = new AbortController();
    const lines = await gateway.scans.scanBytes(bytes, { filename: "in/a.zip", archives: 1 }, signal);
    const { id } = gateway.scans.submit({ root: "files", paths: ["in"], options: { archives: 1 } }, GATEWAY);
    await gateway.scans.ended(id);
    expect(lines).toEqual(resultOf(gateway.journal, id) as never);
    expect(lines.map((line) => ("path" in line ? line.path : line.type))).toEqual(
      [...["start", "in/a.zip", "in/a.zip!/b", "in/a.zip!/z", "end"]].filter((path) => path !== "in/a.zip"),
    );
    expect(await gateway.scans.scanBytes(new Uint8Array(), {}, signal)).toMatchObject([
      { type: "start" },
      { type: "end", scanned: 1, clean: 1 },
    ]);
    expect(gateway.journal.scans({ limit: 10 })).toHaveLength(1);
  });

  test("rules see the name and no owner", async () => {
    using place = new Place();
    const rules = {
      house: ["filename=x.é", "owner=", "filepath="].map((find, at) => ({
        name: `r${at}`,
        find: `?${find}`,
      })),
    };
    await using gateway = open(place, { rules });
    const lines = await gateway.scans.scanBytes(
      bytesOf("x"),
      { filename: "x.é" },
      new AbortController().signal,
    );
    expect(lines.flatMap((line) => ("rule" in line ? [line.rule] : []))).toEqual(["r0", "r1", "r2"]);
  });

  test("names that are none, rule sets that are not there, clients that go away", async () => {
    using place = new Place();
    await using gateway = open(place, { startThread: realThread });
    const { signal } = new AbortController();
    const scan = (options: object, given = signal, bytes = bytesOf("@hang")) =>
      gateway.scans.scanBytes(bytes, options, given);
    for (const filename of ["", "a\0b", "x".repeat(5_000)])
      await expect(scan({ filename })).rejects.toThrow("filename: ");
    await expect(scan({ ruleset: "none" })).rejects.toThrow("there is no such rule set");
    const away = new AbortController();
    const left = scan({ timeoutMs: 0 }, away.signal);
    away.abort(new Error("gone"));
    await expect(left).rejects.toThrow("gone");
    expect(await scan({ timeoutMs: 20 })).toMatchObject([
      { type: "start" },
      { type: "error", reason: "timed out after 0.02 s" },
      { type: "end" },
    ]);
  });

  test("some at a time, some wait, more are told to come later; the end of the gateway ends them", async () => {
    using place = new Place();
    await using gateway = open(place, { startThread: realThread });
    const { signal } = new AbortController();
    const many = Array.from({ length: 70 }, () =>
      gateway.scans.scanBytes(bytesOf("@hang"), { timeoutMs: 0 }, signal),
    );
    const outcomes = Promise.allSettled(many);
    await Promise.race(many.slice(66).map((each) => each.catch(() => undefined)));
    await gateway.scans.stop();
    const words = (await outcomes).map((each) =>
      each.status === "rejected" ? String(each.reason.message) : "done",
    );
    expect(words.filter((each) => each.startsWith("too many scans of bytes"))).toHaveLength(4);
    expect(words.filter((each) => each === "the gateway stops")).toHaveLength(66);
  });
});
