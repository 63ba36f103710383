/** The collector of a fleet's results: answers of hosts on a real server, into both databases. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { AnswerParts, type Standing } from "#kit/fleet/answer-parts.ts";
import { collect } from "#kit/fleet/collector.ts";
import { bucketStreamOf, type KeptResult, type Queue } from "#kit/fleet/queue.ts";
import { makeResult } from "#kit/fleet/result.ts";
import { fleetHere, type Here, until } from "../../../../test/support/fleet-here.ts";
import { NatsServer, whyNoNats } from "../../../../test/support/nats-server.ts";
import { PostgresServer, whyNoPostgres } from "../../../../test/support/postgres-server.ts";
import { huntAnswerText } from "../../src/fleet/hunt-answer.ts";
import { intoResults } from "../../src/fleet/keep-hunts.ts";
import { FleetResults } from "../../src/fleet-results/fleet-results.ts";
import { linesOfScan } from "../../src/results/scan-lines.ts";
import type { ScanEvent } from "../../src/scan-runner/events.ts";
import { clean, end, LINES, match, PLACES, start } from "../fleet-results/support.ts";
import { runCryptex, WorkFolder } from "../support/program.ts";

const { signal } = new AbortController();
const JOB = "2".repeat(64);
const retry = { firstMs: 20, mostMs: 200 };

function hunts(url: string): Promise<Here> {
  return fleetHere(url, { name: "cryptex-hunts", goesTo: "all" });
}

function textOf(lines: readonly object[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

/** Puts the parts of an answer on the server. */
async function partsOf(queue: Queue, node: string, texts: readonly string[], job = JOB): Promise<Standing> {
  const parts = await AnswerParts.open({ queue, job, node, retry: (_, attempt) => attempt() });
  for (const text of texts) await parts.add(text, "{}");
  return parts.standing;
}

/** Has a host answer. @param nodeMs of its clock */
async function answer(
  queue: Queue,
  node: string,
  texts: readonly string[],
  { job = JOB, nodeMs = Date.now(), more = {} as Partial<Standing> } = {},
): Promise<void> {
  const standing = await partsOf(queue, node, texts, job);
  const value = huntAnswerText({ ...standing, lines: 0, complete: true, ...more });
  await queue.answer(makeResult({ job, outcome: "done", value, attempts: 1, node, nodeMs }));
}

/** Collects until it is disposed of. */
function collecting(queue: Queue, results: FleetResults, said: string[] = []) {
  const stop = new AbortController();
  const taken: KeptResult[] = [];
  const ended = collect({
    queue,
    keeper: intoResults(results, (kept) => void taken.push(kept)),
    stop: stop.signal,
    say: (_, text) => void said.push(text),
    retry,
  });
  return {
    taken,
    async [Symbol.asyncDispose]() {
      stop.abort(new Error("the test is over"));
      await ended;
    },
  };
}

/** Reads all results, as hosts and their lines. */
async function allLines(results: FleetResults): Promise<Record<string, ScanEvent[]>> {
  const records = await results.scans({ limit: 100 });
  const entries = records.map(
    async ({ origin, id }) => [origin, await Array.fromAsync(linesOfScan(results, id, signal))] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

const why = whyNoNats();
if (why) console.warn(`${why}: the collector of results`);

for (const [name, open, whyNot] of PLACES) {
  const skip = why ?? whyNot;
  if (whyNot) console.warn(`${whyNot}: the collector of results into ${name}`);
  describe.skipIf(skip !== undefined)(`the collector into ${name}`, () => {
    test("takes answers of all hosts, each once, and beside them the clocks that are off", async () => {
      await using server = await NatsServer.start();
      await using here = await hunts(server.url);
      await using at = await open();
      await using results = await FleetResults.open(at.place);
      const text = textOf(LINES);
      await answer(here.queue, "one", [text.slice(0, 300), text.slice(300)]); // cut in the middle of a line
      await answer(here.queue, "two", [text], { nodeMs: Date.now() - 100_000 });
      const said: string[] = [];
      {
        await using first = collecting(here.queue, results, said);
        await until(() => first.taken.length === 2);
        const refusal = {
          job: JOB,
          outcome: "refused",
          value: "its rules are too old",
          attempts: 1,
        } as const;
        await here.queue.answer(makeResult({ ...refusal, node: "three", nodeMs: Date.now() }));
        await until(() => first.taken.length === 3);
      }
      expect(await allLines(results)).toEqual({ one: [...LINES], two: [...LINES], three: [] });
      const records = await results.scans({ limit: 9 });
      expect(records.map(({ origin, state, reason }) => [origin, state, reason])).toEqual([
        ["three", "failed", "its rules are too old"],
        ["two", "done", null],
        ["one", "done", null],
      ]);
      const off = records.map(({ fleet }) => fleet!.clockOffS);
      expect(off[0]).toBeNull();
      expect(off[1]).toBeLessThanOrEqual(-99);
      expect(off[2]).toBeNull();
      expect(said.join()).toContain("the clock of two is");
    });

    test("names an answer that is not what was counted, and goes on", async () => {
      await using server = await NatsServer.start();
      await using here = await hunts(server.url);
      await using at = await open();
      await using results = await FleetResults.open(at.place);
      const text = textOf([start(), end()]);
      await answer(here.queue, "lost", [text], { more: { parts: 2 } });
      await answer(here.queue, "other", [text], { more: { digest: "0".repeat(64) } });
      await answer(here.queue, "line", [`${textOf([start()])}{"type":"match","path":1}\n`]);
      await answer(here.queue, "json", ["{\n"]);
      await answer(here.queue, "cut", [text.slice(0, -1)]);
      const none = { job: JOB, outcome: "done", value: "[]", attempts: 1, node: "none", nodeMs: 1 } as const;
      await here.queue.answer(makeResult(none));
      await answer(here.queue, "good", [text]);
      {
        await using first = collecting(here.queue, results);
        await until(() => first.taken.length === 7);
      }
      const records = await results.scans({ limit: 9 });
      const reasons = Object.fromEntries(records.map(({ origin, reason }) => [origin, reason]));
      expect(reasons).toMatchObject({
        lost: "part 1 of the answer is not on the server any more",
        other: "the parts of the answer are not those that the host has counted",
        cut: "the parts of the answer are not those that the host has counted",
        good: null,
      });
      expect(reasons["line"]).toStartWith("line 2 of the answer: match");
      expect(reasons["json"]).toContain("JSON");
      expect(reasons["none"]).toContain("the answer to a hunt cannot be read");
    });
  });
}

const whyNoDatabase = why ?? whyNoPostgres();
describe.skipIf(whyNoDatabase !== undefined)("while a server is away", () => {
  test("results wait on the queue's server until the database is back", async () => {
    await using server = await NatsServer.start();
    await using here = await hunts(server.url);
    await using database = await PostgresServer.start();
    await using results = await FleetResults.open(database.place);
    const said: string[] = [];
    await using first = collecting(here.queue, results, said);
    await answer(here.queue, "before", [textOf(LINES)]);
    await until(() => first.taken.length === 1);
    await database.kill();
    await answer(here.queue, "meanwhile", [textOf(LINES)]);
    await until(() => said.some((text) => text.includes("a batch of results is not taken yet")));
    await database.start();
    await until(() => first.taken.length === 2);
    expect(await allLines(results)).toEqual({ before: [...LINES], meanwhile: [...LINES] });
    expect(said.join()).not.toContain("secret");
  });
});

const STREAM = bucketStreamOf("cryptex-hunts");
const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;

describe.skipIf(why !== undefined)("collect --nats", () => {
  test("killed again and again at any step, it loses no row and writes none twice", async () => {
    await using server = await NatsServer.start();
    await using here = await hunts(server.url);
    using folder = new WorkFolder();
    const paths = Array.from({ length: 3_000 }, (_, n) => `/srv/${n}`);
    const lines = [start(), ...paths.map((path, n) => (n % 2 ? match(path) : clean(path))), end()];
    const text = textOf(lines);
    const cuts = Array.from({ length: 12 }, (_, n) => Math.floor((n * text.length) / 12));
    const texts = cuts.map((from, n) => text.slice(from, cuts[n + 1]));
    for (const host of ["one", "two"]) await answer(here.queue, host, texts);
    const place = `sqlite:${folder.at("results.db")}`;
    const args = ["collect", "--nats", server.url, "--results", place, "--json"];
    await using results = await FleetResults.open(place);
    // The rows that are there when it is killed: none, some of the first answer, all of it and some of the second.
    for (const rows of [1, 1_000, 3_500]) {
      const child = Bun.spawn([process.execPath, MAIN, ...args], {
        env: { PATH: process.env["PATH"], HOME: join(folder.path, "home") },
        stdio: ["ignore", "ignore", "inherit"],
      });
      await until(async () => (await linesIn(results)) >= rows);
      child.kill("SIGKILL");
      await child.exited;
      // The server forgets its place too: everything comes again, and nobody waits until what was in its hand is given out again.
      await here.queue.connection.manager.consumers.delete(STREAM, `results-${results.id}`);
    }
    await using _ = collecting(here.queue, results);
    await until(async () => (await results.scans({ states: ["done"], limit: 9 })).length === 2);
    expect(await allLines(results)).toEqual({ one: lines, two: lines });
    for (const command of ["list", "show", "export"]) {
      const [record] = await results.scans({ limit: 1 });
      const ids = command === "list" ? [] : [record!.id];
      const { exitCode, stdout } = await runCryptex(folder, "results", command, ...ids, "--results", place);
      expect(exitCode).toBe(0);
      if (command === "export") expect(stdout).toBe(text);
      else expect(stdout).toContain(command === "list" ? "two" : "1,500");
    }
    const pruned = await runCryptex(folder, "results", "prune", "--keep", "1", "--results", place);
    expect(pruned.stdout).toBe("removed 1 result\n");
  });
});

/** Counts lines of all results that are there so far. */
async function linesIn(results: FleetResults): Promise<number> {
  let count = 0;
  for (const { id } of await results.scans({ limit: 9 })) {
    count += (await results.read({ scan: id, limit: 10_000 })).length;
  }
  return count;
}

test("collect takes files or hosts, not both", async () => {
  using folder = new WorkFolder({ "x.ndjson": "" });
  for (const args of [
    ["--nats", "nats://127.0.0.1:1"],
    ["--results", "sqlite:x.db"],
    ["x.ndjson", "--nats", "nats://127.0.0.1:1", "--results", "sqlite:x.db"],
    ["--origin", "a", "--nats", "nats://127.0.0.1:1", "--results", "sqlite:x.db"],
  ]) {
    const { exitCode, stderr } = await runCryptex(folder, "collect", ...args);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/--nats and --results go together|has no meaning/);
  }
});
