/** Reports and assessments whose tests run in other processes: the same to the byte, whatever happens to these. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ledger } from "#kit/fleet/ledger.ts";
import { Objects } from "#kit/fleet/objects.ts";
import { fleetHere, type Here, until } from "../support/fleet-here.ts";
import { keystream } from "../support/keystream.ts";
import { NatsServer, whyNoNats } from "../support/nats-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const why = whyNoNats();
if (why) console.warn(`${why}: tests over a fleet`);

const MAIN = join(import.meta.dirname, "../../src/main.ts");
const folder = temporaryFolder("over-fleet");
const env = { ...process.env, XDG_STATE_HOME: folder.path, HOME: folder.path };

/** Starts the program. Its talk is gathered while it runs. */
function start(...args: readonly string[]) {
  const child = Bun.spawn([process.execPath, MAIN, ...args], {
    cwd: folder.path,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const running = { child, talk: "" };
  const listening = (async () => {
    const decoder = new TextDecoder();
    for await (const piece of child.stderr) running.talk += decoder.decode(piece, { stream: true });
  })();
  const text = new Response(child.stdout).text();
  const ended = Promise.all([text, child.exited, listening]).then(([out, code]) => ({
    out,
    code,
    talk: running.talk,
  }));
  return Object.assign(running, { ended });
}

const BYTES = 8_000;
const REPORT = [
  "report",
  "--input",
  "data.bin",
  "--suite",
  "battery,sp800-22",
  "--sequences",
  "40",
  "--json",
];
const ASSESS = ["assess", "data.bin", "--iid", "--bits-per-symbol", "8", "--range", "0,60000", "--json"];

beforeAll(() => {
  writeFileSync(`${folder.path}/data.bin`, keystream(40 * BYTES, 7));
});

afterAll(() => {
  folder[Symbol.dispose]();
});

/** Makes the queue, with a short time after which a dead worker's job goes to another, and the object store. */
async function queueAt(server: NatsServer): Promise<Here> {
  const here = await fleetHere(server.url, { name: "entropy", ackWaitMs: 2_000 });
  await Objects.make(here.queue.connection, here.settings);
  return here;
}

async function stopped(worker: ReturnType<typeof start>): Promise<void> {
  worker.child.kill("SIGTERM");
  expect((await worker.ended).code).toBe(0);
}

describe.skipIf(why !== undefined)("over a fleet", () => {
  test("a report of 40 sequences is the local one, with one of two workers killed in the middle", async () => {
    await using server = await NatsServer.start();
    await using _ = await queueAt(server);
    const nats = ["--nats", server.url];
    const local = await start(...REPORT).ended;
    const workers = [1, 2].map(() => start("worker", ...nats, "--threads", "1"));
    await until(() => workers.every(({ talk }) => talk.includes("takes tests of the queue entropy")));
    const far = start(...REPORT, ...nats, "--run", "first", "--ledger", `sqlite:${folder.path}/first.db`);
    await until(() => far.talk.includes("10 of 80 jobs are done so far"));
    workers[0]!.child.kill("SIGKILL");
    const { out, code, talk } = await far.ended;
    expect(out).toBe(local.out);
    expect([code, local.code]).toEqual([0, 0]);
    expect(talk).toContain(
      `esoteric-entropy fleet resume first --nats ${server.url} --queue entropy --ledger`,
    );
    await stopped(workers[1]!);
    await using ledger = await Ledger.open(`sqlite:${folder.path}/first.db`);
    const entries = await Array.fromAsync(ledger.entries("first"));
    expect(entries).toHaveLength(80);
    expect(entries.every(({ state }) => state === "done")).toBe(true);
    // The same again needs no worker.
    const again = await start(...REPORT, ...nats, "--ledger", `sqlite:${folder.path}/first.db`).ended;
    expect(again.out).toBe(local.out);
  });

  test("an assessment on the IID track is the local one, permutations and all", async () => {
    await using server = await NatsServer.start();
    await using _ = await queueAt(server);
    const nats = ["--nats", server.url];
    const local = await start(...ASSESS).ended;
    const workers = [1, 2].map(() => start("worker", ...nats, "--threads", "1", "--root", "data=."));
    const places = ["file:data/data.bin", undefined];
    for (const place of places) {
      const at = place === undefined ? [] : ["--data-at", place];
      const far = await start(...ASSESS, ...nats, ...at).ended;
      expect(far.out).toBe(local.out);
      expect([far.code, local.code]).toEqual([0, 0]);
    }
    for (const worker of workers) await stopped(worker);
    expect(existsSync(`${folder.path}/esoteric-entropy/fleet.db`)).toBe(process.platform === "linux");
  });

  test("an interrupt ends it though nobody works, says how to go on, and the same command does", async () => {
    await using server = await NatsServer.start();
    await using here = await queueAt(server);
    const nats = ["--nats", server.url, "--ledger", `sqlite:${folder.path}/left.db`];
    const far = start(...REPORT, ...nats, "--run", "left");
    const { manager } = here.queue.connection;
    await until(async () => (await manager.streams.info("entropy_jobs")).state.messages > 60);
    far.child.kill("SIGINT");
    const { code, out, talk } = await far.ended;
    expect([code, out]).toEqual([130, ""]);
    expect(talk).toContain(
      "run left is left. The same command goes on, and so does: esoteric-entropy fleet resume left",
    );
    const worker = start("worker", "--nats", server.url);
    const resumed = await start("fleet", "resume", "left", ...nats).ended;
    expect(resumed.out).toMatch(/^left: \d+ done, 0 refused, 0 given up\n$/);
    const again = await start(...REPORT, ...nats, "--run", "left").ended;
    expect(again.out).toBe((await start(...REPORT).ended).out);
    await stopped(worker);
  });

  test("a wrong digest is a refusal that says so, and is asked again once it is mended", async () => {
    await using server = await NatsServer.start();
    await using _ = await queueAt(server);
    const nats = ["--nats", server.url, "--ledger", `sqlite:${folder.path}/refused.db`];
    const worker = start("worker", "--nats", server.url, "--root", `shared=${folder.path}`);
    writeFileSync(`${folder.path}/copy.bin`, keystream(40 * BYTES, 8));
    const command = [...REPORT, ...nats, "--data-at", "file:shared/copy.bin"];
    const refused = await start(...command).ended;
    expect([refused.code, refused.out]).toEqual([1, ""]);
    expect(refused.talk).toContain("are not those of the job");
    writeFileSync(`${folder.path}/copy.bin`, keystream(40 * BYTES, 7));
    // The worker may still have data of the first time in its hands, and refuse them after it is asked again.
    await until(async () => (await start(...command).ended).code === 0);
    await stopped(worker);
  });

  test("flags of a fleet without one are refused, and so is what a fleet does not do", async () => {
    for (const [args, said] of [
      [["report", "--run", "x"], "--run is for --nats"],
      [["report", "--copies", "3"], "--copies is for --nats"],
      [["server", "--queue", "x"], "--queue is for --nats"],
      [["report", "--data-at", "s3://a/b"], "--data-at is for --nats"],
      [
        ["report", "--stdin", "--suite", "deep", "--nats", "nats://127.0.0.1:1"],
        "--nats is for the other suites",
      ],
      [["assess", "--health", "x", "--nats", "nats://127.0.0.1:1"], "--nats is not for --health"],
      [
        ["assess", "a", "b", "--nats", "nats://127.0.0.1:1", "--data-at", "s3://a/b"],
        "--data-at is for one file",
      ],
      [["worker", "--nats", "nats://127.0.0.1:1", "--root", "x"], "'x' is not like corpus=/mnt/corpus"],
      [
        ["worker", "--nats", "nats://127.0.0.1:1", "--root", "a=/x", "--root", "a=/y"],
        "the root a is named twice",
      ],
    ] as const) {
      const { code, talk } = await start(...args).ended;
      expect(code).toBe(2);
      expect(talk).toContain(said);
    }
  });
});
