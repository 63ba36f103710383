/** Hunts as they are typed: three hosts, each a process of its own with a root of its own, and who follows them. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { getPriority } from "node:os";
import { join } from "node:path";
import { connectFleet } from "#kit/fleet/connection.ts";
import { readContext } from "#kit/fleet/context.ts";
import { Ledger } from "#kit/fleet/ledger.ts";
import { Queue, queueSettings } from "#kit/fleet/queue.ts";
import { until } from "../../../../test/support/fleet-here.ts";
import { NatsServer, whyNoNats } from "../../../../test/support/nats-server.ts";
import { must, run } from "../signing/signed-folder.ts";
import { runCryptex, WorkFolder } from "../support/program.ts";

const why = whyNoNats();
if (why) console.warn(`${why}: hunts`);

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;
const FILES = {
  "rules/a.yar": 'rule hello { strings: $a = "hello" condition: $a }',
  "rules/bad.yar": "rule bad { condition: and }",
  "one/x": "hello",
  "one/sub/y": "other",
  "two/caf\u00e9-\xff": "hello",
  "expect.txt": "one # web\ntwo\n\nthree\n",
};

/** A folder with roots and a packed set `house.cxr`. */
async function huntFolder(): Promise<WorkFolder> {
  const folder = new WorkFolder(FILES);
  for (let n = 0; n < 2_000; n++) folder.write(`three/${n}`, n % 2 === 0 ? "hello, hello" : "other");
  await must(folder, "keys", "new", "house");
  await must(folder, "ruleset", "pack", "--rules", "rules", "--name", "house", "-o", "house.cxr");
  return folder;
}

function started(folder: WorkFolder, ...args: readonly string[]) {
  const home = join(folder.path, "home");
  const env = {
    PATH: process.env["PATH"],
    HOME: home,
    XDG_DATA_HOME: join(home, "data"),
    XDG_CACHE_HOME: join(home, "cache"),
    XDG_CONFIG_HOME: join(home, "config"),
  };
  return Bun.spawn([process.execPath, MAIN, ...args], {
    cwd: folder.path,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Starts a host that has its folder as the root `data`. */
function host(
  folder: WorkFolder,
  url: string,
  name: string,
  { root = `data=${folder.at(name)}`, pin = "house" } = {},
) {
  const identity = ["--name", name, "--root", root, "--pin", `keys/${pin}/public`];
  return started(folder, "worker", "--hunts", "only", "--nats", url, ...identity);
}

async function openQueue(url: string) {
  const connection = await connectFleet(
    readContext(url, () => {}),
    { name: "test", signal: new AbortController().signal },
  );
  return Queue.open(connection, queueSettings({ name: "cryptex-hunts", goesTo: "all" }));
}

/** Lists the nice values of a program's threads, on Linux, each once. */
function nicenesses(pid: number): number[] {
  if (process.platform !== "linux") return [];
  const stats = readdirSync(`/proc/${pid}/task`).map((id) =>
    readFileSync(`/proc/${pid}/task/${id}/stat`, "utf8"),
  );
  // proc_pid_stat(5): field 19; those from the third on come after the name, which ends with a bracket.
  const values = stats.map((text) => Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[19 - 3]));
  return [...new Set(values)].sort((a, b) => a - b);
}

/** Waits until a host has answered some hunt. */
async function answered(url: string, name: string): Promise<void> {
  const queue = await openQueue(url);
  await using _ = queue.connection;
  const stream = "KV_cryptex-hunts_results";
  await until(async () => {
    const { state } = await queue.connection.manager.streams.info(stream, {
      subjects_filter: `$KV.cryptex-hunts_results.result.*.${name}`,
    });
    return Object.keys(state.subjects ?? {}).length > 0;
  });
}

/** Returns the lines of one host's scan, as it printed them. */
function linesOf(stdout: string, name: string): string {
  const lines = stdout.split("\n").filter((line) => line.startsWith(`{"host":"${name}",`));
  return lines
    .map((line) => `{${line.slice(`{"host":"${name}","job":"${"0".repeat(64)}",`.length)}\n`)
    .join("");
}

function events(stdout: string, type: string): Record<string, unknown>[] {
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line)).filter((event) => event.type === type && !("path" in event));
}

async function scanOf(folder: WorkFolder, name: string): Promise<string> {
  const { stdout } = await run(folder, "scan", folder.at(name), "--rules", "house.cxr", "--format", "ndjson");
  expect(stdout).toContain('"type":"end"');
  return stdout;
}

const HUNT = ["hunt", "house.cxr", "--path", "data", "--ledger", "sqlite:ledger.db"];

describe.skipIf(why !== undefined)("a hunt", () => {
  test("gives the lines that scan gives on each host: of one that is killed in it, and of one that comes later", async () => {
    using folder = await huntFolder();
    await using server = await NatsServer.start();
    const hunting = started(
      folder,
      ...[...HUNT, "--nats", server.url, "--run", "first", "--expect", "expect.txt", "--keys", "keys"],
    );
    const one = host(folder, server.url, "one");
    const doomed = host(folder, server.url, "three");
    await until(() => Bun.file(folder.at("ledger.db")).exists());
    await using ledger = await Ledger.open(`sqlite:${folder.at("ledger.db")}`);
    await until(async () => (await ledger.counts("first")).published === 1);
    const { job } = (await ledger.missing("first"))[0]!;
    const queue = await openQueue(server.url);
    await using _connection = queue.connection;
    await until(async () => (await queue.bucket.get(`place.${job.id}.three`)) !== null);
    const ours = getPriority();
    const all = [...new Set([ours, Math.max(ours, 10)])];
    expect(nicenesses(doomed.pid)).toEqual(process.platform === "linux" ? all : []);
    doomed.kill("SIGKILL");
    await doomed.exited;
    expect(await queue.hasResult(job.id, "three")).toBe(false);
    await until(() => queue.hasResult(job.id, "one"));
    const two = host(folder, server.url, "two");
    const three = host(folder, server.url, "three");
    const stdout = await new Response(hunting.stdout).text();
    expect(await hunting.exited).toBe(3); // a rule is at fault
    for (const name of ["one", "two", "three"])
      expect(linesOf(stdout, name)).toBe(await scanOf(folder, name));
    expect(
      events(stdout, "answer").map((event) => [event["host"], event["outcome"], event["complete"]]),
    ).toEqual(
      expect.arrayContaining([
        ["one", "done", false],
        ["two", "done", false],
        ["three", "done", false],
      ]),
    );
    expect(events(stdout, "answer").find((event) => event["host"] === "three")?.["attempts"]).toBe(2);
    expect(events(stdout, "hunt-end")).toEqual([
      { type: "hunt-end", queue: "cryptex-hunts", answered: 3, incomplete: 3, missing: 0 },
    ]);
    expect((await ledger.answersOfAll("first")).map(({ node, state }) => `${node} ${state}`).sort()).toEqual([
      ...["one done", "three done", "two done"],
    ]);

    // Followed again, it gives the same; asked again, nothing is scanned again.
    const again = await run(
      folder,
      ...["hunt", "--follow", "first", "--nats", server.url, "--ledger", "sqlite:ledger.db"],
    );
    for (const name of ["one", "two", "three"])
      expect(linesOf(again.stdout, name)).toBe(linesOf(stdout, name));
    writeFileSync(folder.at("one/new"), "hello");
    const repeated = await run(
      folder,
      ...HUNT,
      "--nats",
      server.url,
      "--run",
      "first",
      "--expect",
      "expect.txt",
    );
    expect(linesOf(repeated.stdout, "one")).toBe(linesOf(stdout, "one"));
    for (const worker of [one, two, three]) {
      worker.kill("SIGTERM");
      expect(await worker.exited).toBe(0);
    }
  });

  test("is handed back by a host that is stopped, at once, and gone on with when it is back", async () => {
    using folder = await huntFolder();
    await using server = await NatsServer.start();
    await must(folder, ...HUNT, "--nats", server.url, "--run", "first", "--detach");
    await using ledger = await Ledger.open(`sqlite:${folder.at("ledger.db")}`);
    const { job } = (await ledger.missing("first"))[0]!;
    const queue = await openQueue(server.url);
    await using _connection = queue.connection;
    const first = host(folder, server.url, "three");
    await until(async () => (await queue.bucket.get(`place.${job.id}.three`)) !== null);
    first.kill("SIGTERM");
    expect(await first.exited).toBe(0);
    expect(await queue.hasResult(job.id, "three")).toBe(false);
    expect(await queue.returnsOf(job.id, "three")).toBe(1);
    const stood = JSON.parse((await queue.bucket.get(`place.${job.id}.three`))!.string());
    const second = host(folder, server.url, "three");
    const { stdout } = await run(
      folder,
      ...["hunt", "--follow", "first", "--nats", server.url, "--ledger", "sqlite:ledger.db"],
    );
    expect(linesOf(stdout, "three")).toBe(await scanOf(folder, "three"));
    expect(stood.parts).toBeGreaterThan(0);
    second.kill("SIGTERM");
    await second.exited;
  });

  test("names who is missing when waiting ends, and who refuses it", async () => {
    using folder = await huntFolder();
    await using server = await NatsServer.start();
    const given = await run(folder, ...HUNT, "--nats", server.url, "--run", "first", "--detach");
    expect([given.exitCode, given.stdout]).toEqual([0, ""]);
    expect(given.stderr).toContain("cryptex hunt --follow first");
    const other = host(folder, server.url, "one", { root: `web=${folder.at("one")}` });
    await answered(server.url, "one");
    const { exitCode, stdout } = await run(
      folder,
      ...["hunt", "--follow", "first", "--nats", server.url, "--ledger", "sqlite:ledger.db"],
      ...["--expect", "expect.txt", "--wait", "0.1"],
    );
    expect(exitCode).toBe(3);
    expect(events(stdout, "answer")).toMatchObject([
      { host: "one", outcome: "refused", complete: false, reason: "this host has no root data" },
    ]);
    expect(events(stdout, "missing")).toEqual([
      { type: "missing", host: "two", why: "silent" },
      { type: "missing", host: "three", why: "silent" },
    ]);
    other.kill("SIGTERM");
    await other.exited;
  });

  test("is given to as many servers as are asked for, or to none", async () => {
    using folder = await huntFolder();
    await using server = await NatsServer.start(); // alone, which keeps one copy
    const { exitCode, stderr } = await run(
      folder,
      ...HUNT,
      "--nats",
      server.url,
      "--copies",
      "3",
      "--detach",
    );
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/replicas/);
  });

  test("is refused by a host that does not trust who signed the rules: it compiles nothing", async () => {
    using folder = await huntFolder();
    await using server = await NatsServer.start();
    await must(folder, ...HUNT, "--nats", server.url, "--run", "first", "--detach");
    await must(folder, "keys", "new", "other");
    const worker = host(folder, server.url, "one", { pin: "other" });
    const { stdout } = await run(
      folder,
      ...["hunt", "--follow", "first", "--nats", server.url, "--ledger", "sqlite:ledger.db", "--wait", "600"],
    );
    expect(events(stdout, "answer")).toMatchObject([{ host: "one", outcome: "refused" }]);
    expect(String(events(stdout, "answer")[0]!["reason"])).toMatch(/is not used: .*not trusted/);
    expect(linesOf(stdout, "one")).toBe("");
    worker.kill("SIGTERM");
    await worker.exited;
  });
});

test("paths and roots that are none are refused before anything is done", async () => {
  using folder = new WorkFolder({ "house.cxr": "" });
  const nats = ["--nats", "nats://127.0.0.1:1"];
  await must(folder, "keys", "new", "house");
  const pin = ["--pin", "keys/house/public"];
  for (const [args, said] of [
    [["hunt", ...nats, "--path", "data"], "no rule set is named"],
    [["hunt", "house.cxr", ...nats], "nothing to scan is named"],
    [["hunt", "house.cxr", ...nats, "--path", "data/../etc"], "'data/../etc' is no path below a root"],
    [["scan", "house.cxr", "--copies", "3"], "--copies is for --nats"],
    [["hunt", "--follow", "x", ...nats, "--detach"], "--detach waits for nothing"],
    [["hunt", "house.cxr", ...nats, "--follow", "x"], "--follow takes what was asked for"],
    [["worker", "--hunts", "only", ...nats, ...pin, "--root", "data"], "takes a name and a folder"],
    [
      ["worker", "--hunts", "only", ...nats, ...pin, "--root", "a=/x", "--root", "a=/y"],
      "the root a is named twice",
    ],
  ] as const) {
    const { exitCode, stderr } = await runCryptex(folder, ...args);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(said)]);
  }
});
