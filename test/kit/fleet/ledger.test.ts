/** The ledger: the same tests on SQLite and on PostgreSQL. */
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { collect, intoLedger } from "#kit/fleet/collector.ts";
import { resume, runJobs } from "#kit/fleet/coordinator.ts";
import { Ledger } from "#kit/fleet/ledger.ts";
import type { KeptResult } from "#kit/fleet/queue.ts";
import { makeResult } from "#kit/fleet/result.ts";
import { placeText } from "#kit/fleet/sql.ts";
import { allSums, answersOf, fleetHere, LATER_MS, sums, until } from "../../support/fleet-here.ts";
import { NatsServer, whyNoNats } from "../../support/nats-server.ts";
import { PostgresServer, whyNoPostgres } from "../../support/postgres-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

interface Store extends AsyncDisposable {
  readonly place: string;
}

async function sqlite(): Promise<Store> {
  const folder = temporaryFolder("ledger");
  const dispose = async () => folder[Symbol.dispose]();
  return { place: `sqlite:${folder.path}/ledger.db`, [Symbol.asyncDispose]: dispose };
}

const STORES = [
  ["SQLite", sqlite, undefined],
  ["PostgreSQL", () => PostgresServer.start(), whyNoPostgres()],
] as const;

function keptOf(job: string, value: string, nodeMs = 1_000_000): KeptResult {
  const result = makeResult({ job, outcome: "done", value, attempts: 2, node: "n1", nodeMs });
  return { result, sequence: 7, serverMs: 1_000_500 };
}

for (const [name, start, why] of STORES) {
  if (why) console.warn(`${why}: the ledger on ${name}`);
  describe.skipIf(why !== undefined)(`the ledger on ${name}`, () => {
    test("keeps jobs in the order of their run, through all states, and after it was closed", async () => {
      await using store = await start();
      const jobs = sums(3);
      {
        await using ledger = await Ledger.open(store.place);
        await ledger.plan("run", jobs);
        await ledger.plan("run", [jobs[0]!]); // once more, as the fourth
        expect(await ledger.counts("run")).toMatchObject({ planned: 3, published: 0, done: 0 });
        await ledger.published([jobs[0]!.id, jobs[1]!.id]);
        await ledger.attempted(new Map([[jobs[1]!.id, 2]]));
        await ledger.attempted(new Map([[jobs[1]!.id, 1]]));
        expect([...(await ledger.settle([keptOf(jobs[0]!.id, "é")]))]).toEqual([jobs[0]!.id]);
      }
      await using ledger = await Ledger.open(store.place);
      expect(await ledger.counts("run")).toMatchObject({ planned: 1, published: 1, done: 1 });
      const entries = await Array.fromAsync(ledger.entries("run"));
      expect(entries.map(({ job }) => job)).toEqual([...jobs, jobs[0]!]);
      expect(entries.map(({ state, attempts, copies }) => [state, attempts, copies])).toEqual([
        ["done", 2, 1],
        ["published", 2, 1],
        ["planned", 0, 0],
        ["done", 2, 1],
      ]);
      expect(entries[0]).toMatchObject({ value: "é", node: "n1", clockMs: -500 });
      expect((await ledger.missing("run")).map(({ job }) => job.id)).toEqual([jobs[1]!.id, jobs[2]!.id]);
      expect(await ledger.counts("other")).toMatchObject({ planned: 0, published: 0, done: 0 });
    });

    test("has the first result stand, whatever comes after, and passes over what it does not know", async () => {
      await using store = await start();
      await using ledger = await Ledger.open(store.place);
      const [job] = sums(1);
      await ledger.plan("run", [job!]);
      const settled = await ledger.settle([keptOf(job!.id, "1"), keptOf(job!.id, "2"), keptOf("00", "3")]);
      expect([...settled]).toEqual([job!.id]);
      expect([...(await ledger.settle([keptOf(job!.id, "4")]))]).toEqual([]);
      await ledger.plan("again", [job!]);
      expect((await Array.fromAsync(ledger.entries("again")))[0]).toMatchObject({
        state: "done",
        value: "1",
      });
    });

    test("takes any text, and thousands of jobs", async () => {
      await using store = await start();
      await using ledger = await Ledger.open(store.place);
      const texts = fc.sample(fc.string({ unit: "binary", maxLength: 50 }), { numRuns: 50, seed: 1 });
      const usable = texts.filter((text) => text.isWellFormed() && !text.includes("\0")); // PostgreSQL keeps no zero byte
      const jobs = sums(1_200);
      await ledger.plan("run", jobs);
      await ledger.settle(usable.map((text, index) => keptOf(jobs[index]!.id, text)));
      const values = (await Array.fromAsync(ledger.entries("run"))).map(({ value }) => value);
      expect(values).toHaveLength(1_200);
      expect(values.slice(0, usable.length)).toEqual(usable);
    });

    test("is opened by several at once when it is new, as one ledger", async () => {
      await using store = await start();
      const ledgers = await Promise.all(Array.from({ length: 4 }, () => Ledger.open(store.place)));
      expect(new Set(ledgers.map(({ id }) => id)).size).toBe(1);
      await Promise.all(ledgers.map((ledger) => ledger[Symbol.asyncDispose]()));
    });

    test.skipIf(whyNoNats() !== undefined)("a run is resumed by another coordinator", async () => {
      await using server = await NatsServer.start();
      await using store = await start();
      const leave = new AbortController();
      {
        await using here = await fleetHere(server.url, {}, store.place);
        const running = runJobs({ ...here.runOf("first"), signal: leave.signal }, sums(4));
        await until(async () => (await here.ledger.counts("first")).published === 4);
        leave.abort(new Error("it dies"));
        await expect(running).rejects.toThrow("it dies");
      }
      await using here = await fleetHere(server.url, {}, store.place);
      await using _ = here.worker();
      await expect(resume(here.runOf("none"), Date.now() + LATER_MS)).rejects.toThrow(
        "the ledger has no run none",
      );
      await resume(here.runOf("first"), Date.now() + LATER_MS);
      expect(await answersOf(here, "first")).toEqual(allSums(4));
    });
  });
}

describe("a ledger that cannot be", () => {
  test("says so, and shows no password", async () => {
    using folder = temporaryFolder("ledger");
    writeFileSync(`${folder.path}/text`, "this is no database, but longer than the head of one".repeat(20));
    const refusals = [
      ["mysql://u:secret@h/d", "'mysql://u@h/d' is no place of a ledger"],
      [`sqlite:${folder.path}/text`, "file is not a database"],
      [`sqlite:${folder.path}/none/ledger`, "ENOENT"],
      ["postgres://u:secret@127.0.0.1:1/d", "the ledger postgres://u@127.0.0.1:1/d cannot be opened"],
    ] as const;
    for (const [place, said] of refusals) {
      const error = await Ledger.open(place).then(
        () => undefined,
        (reason: Error) => reason,
      );
      expect(error?.message).toContain(said);
      expect(error?.message).not.toContain("secret");
    }
    expect(placeText("postgres://u:p%40@h/d?x=1")).toBe("postgres://u@h/d?x=1");
  });
});

const whyNotBoth = whyNoNats() ?? whyNoPostgres();

describe.skipIf(whyNoNats() !== undefined)("the collector", () => {
  test.skipIf(whyNotBoth !== undefined)(
    "waits for a database that was killed; results wait on the server",
    async () => {
      await using server = await NatsServer.start();
      await using store = await PostgresServer.start();
      await using here = await fleetHere(server.url, {}, store.place);
      const jobs = sums(5);
      await here.ledger.plan("first", jobs);
      for (const job of jobs) await here.queue.publish(job, 0);
      await store.kill();
      const stop = new AbortController();
      const said: string[] = [];
      const retry = { firstMs: 20, mostMs: 200 };
      const say = (_: unknown, text: string) => void said.push(text);
      const collecting = collect({ ...here, keeper: intoLedger(here.ledger), stop: stop.signal, say, retry });
      await using _ = here.worker();
      await until(() => said.some((text) => text.includes("a batch of results is not taken yet")));
      await until(async () =>
        (await Promise.all(jobs.map(({ id }) => here.queue.hasResult(id)))).every(Boolean),
      );
      await store.start();
      await until(async () => (await here.ledger.counts("first")).done === 5);
      stop.abort();
      await collecting;
      expect(await answersOf(here, "first")).toEqual(allSums(5));
    },
  );

  test("names a machine whose clock is off, and keeps the server's order", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    const [ahead, right, false_] = sums(3);
    await here.ledger.plan("first", [ahead!, right!, false_!]);
    const answer = (job: string, node: string, nodeMs: number) =>
      here.queue.answer(makeResult({ job, outcome: "done", value: node, attempts: 1, node, nodeMs }));
    await answer(ahead!.id, "ahead", Date.now() + 3_600_000);
    await answer(right!.id, "right", Date.now());
    await here.queue.answer({ ...keptOf(false_!.id, "forged").result, digest: "00" });
    const stop = new AbortController();
    const said: string[] = [];
    const say = (_: unknown, text: string) => void said.push(text);
    const collecting = collect({ ...here, keeper: intoLedger(here.ledger), stop: stop.signal, say });
    await until(async () => (await here.ledger.counts("first")).done === 2);
    await until(() => said.length === 2);
    stop.abort();
    await collecting;
    expect(said[1]).toBe(`what is kept as the result of job ${false_!.id.slice(0, 8)} is none`);
    const entries = await Array.fromAsync(here.ledger.entries("first"));
    expect(entries[0]!.clockMs).toBeGreaterThan(3_500_000);
    const seconds = Math.round(entries[0]!.clockMs! / 1_000);
    expect(said[0]).toBe(`the clock of ahead is ${seconds} s ahead of the server's`);
    expect(Math.abs(entries[1]!.clockMs!)).toBeLessThan(60_000);
    expect(entries[2]!.state).toBe("planned");
  });
});
