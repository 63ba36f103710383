/** The servers that docs/FLEET.md has an operator start, by its very lines; but for the ports, which are free ones here. */
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Connection, connectFleet } from "#kit/fleet/connection.ts";
import { readContext } from "#kit/fleet/context.ts";
import { runJobs } from "#kit/fleet/coordinator.ts";
import { resumeFlags } from "#kit/fleet/flags.ts";
import { openFleet } from "#kit/fleet/open-fleet.ts";
import { parseOptions } from "#kit/term/flags.ts";
import { examplesIn } from "../support/documented.ts";
import { fakeIo } from "../support/fake-io.ts";
import { allSums, answersOf, fleetHere, sums, until, workerProcess } from "../support/fleet-here.ts";
import { NATS_SERVER, whyNoNats } from "../support/nats-server.ts";
import { stdoutOf } from "../support/run-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const why = whyNoNats(true);
if (why) console.warn(`${why}: the cluster of docs/FLEET.md`);

const NUMBERS = [1, 2, 3];

/** Returns ports that nobody listens at: they were bound and released. */
function freePorts(count: number): number[] {
  const sockets = Array.from({ length: count }, () =>
    Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } }),
  );
  const ports = sockets.map(({ port }) => port);
  for (const socket of sockets) socket.stop(true);
  return ports;
}

class Cluster implements AsyncDisposable {
  readonly #folder = temporaryFolder("cluster");
  #ports: readonly number[] = [];

  /** Runs the lines of the document; with other ports where one was taken meanwhile. */
  static async start(): Promise<Cluster> {
    for (;;) {
      const cluster = new Cluster();
      await cluster.#run();
      await until(() => NUMBERS.every((n) => cluster.#isUp(n)) || cluster.#lost());
      if (!cluster.#lost()) return cluster;
      await cluster[Symbol.asyncDispose]();
    }
  }

  get nats(): string {
    return this.#ports
      .slice(0, 3)
      .map((port) => `nats://127.0.0.1:${port}`)
      .join(",");
  }

  async #run(): Promise<void> {
    this.#ports = freePorts(6);
    const [example] = examplesIn("docs/FLEET.md", "sh");
    let lines = example!.text;
    for (const [index, kind] of ["422", "622"].entries()) {
      const own = this.#ports.slice(3 * index, 3 * index + 3);
      lines = lines.replaceAll(`${kind}$n`, `$(echo ${own.join(" ")} | cut -d' ' -f$n)`);
      for (const n of NUMBERS) lines = lines.replaceAll(`:${kind}${n}`, `:${own[n - 1]}`);
    }
    const PATH = `${dirname(NATS_SERVER!)}:${process.env["PATH"]}`;
    await stdoutOf(["sh", "-eu", "-c", `{ ${lines}\n} >out 2>&1`], {
      cwd: this.#folder.path,
      env: { ...process.env, PATH },
    });
  }

  #text(name: string): string {
    const path = join(this.#folder.path, name);
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  }

  #isUp = (n: number) => this.#text(`nats-${n}.log`).includes("Server is ready");

  #lost = () => NUMBERS.some((n) => this.#text(`nats-${n}.log`).includes("address already in use"));

  /** Ends one as a power loss does, by the line of the document. */
  async kill(n: number): Promise<void> {
    await stdoutOf(["sh", "-eu", "-c", `kill -9 $(cat nats-${n}.pid)`], { cwd: this.#folder.path });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const n of NUMBERS) {
      const pid = Number(this.#text(`nats-${n}.pid`));
      if (pid > 0 && existsSync(`/proc/${pid}`)) process.kill(pid, "SIGKILL");
    }
    this.#folder[Symbol.dispose]();
  }
}

/** Waits until there is a leader who makes streams. */
async function untilLed(nats: string): Promise<void> {
  await using connection = await connectFleet(
    readContext(nats, () => {}),
    { name: "test", signal: new AbortController().signal },
  );
  await until(() =>
    connection.manager.getAccountInfo().then(
      () => true,
      () => false,
    ),
  );
}

/** Returns the number of copies that a queue's streams are to have, and have. */
async function copiesOf({ manager }: Connection, queue: string) {
  const infos = [`${queue}_jobs`, `KV_${queue}_results`].map((stream) => manager.streams.info(stream));
  return (await Promise.all(infos)).map(({ config, cluster }) => [
    config.num_replicas,
    1 + (cluster?.replicas?.length ?? 0),
  ]);
}

const THREE = [
  [3, 3],
  [3, 3],
];

test.skipIf(why !== undefined)("--copies 3 makes a queue that is on three servers", async () => {
  await using cluster = await Cluster.start();
  await untilLed(cluster.nats);
  using folder = temporaryFolder("ledger");
  const args = ["--nats", cluster.nats, "--ledger", `sqlite:${folder.path}/fleet.db`, "--copies", "3"];
  const { deadline: _, ...options } = parseOptions({ flags: resumeFlags("trial") }, args);
  await using fleet = await openFleet(options, { program: "trial", folder: undefined }, fakeIo());
  expect(await copiesOf(fleet.connection, "trial")).toEqual(THREE);
});

test.skipIf(why !== undefined)(
  "a server that dies in mid-run, with copies on three, loses nothing",
  async () => {
    await using cluster = await Cluster.start();
    await untilLed(cluster.nats);
    await using here = await fleetHere(cluster.nats, { copies: 3 });
    const { connection } = here.queue;
    expect(await copiesOf(connection, "trial")).toEqual(THREE);
    // That which leads the jobs: the others have to choose another before anything is taken.
    const leader = (await connection.manager.streams.info("trial_jobs")).cluster?.leader;
    const worker = workerProcess(cluster.nats, here.settings);
    const count = 200;
    {
      await using _ = here.worker();
      const run = runJobs(here.runOf("first"), sums(count));
      const done = async () => (await here.ledger.counts("first")).done;
      await until(async () => (await done()) >= 20);
      expect(await done()).toBeLessThan(count);
      await cluster.kill(Number(/\d$/.exec(leader ?? "")?.[0]));
      await run;
    }
    worker.kill();
    await worker.exited;
    expect(await answersOf(here, "first")).toEqual(allSums(count));
  },
);
