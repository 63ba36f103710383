/** Who gets in, who does not and what is said then; and what a certificate may do, by the configuration that is shipped. */
import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { giveToAll, machinesOf } from "#kit/fleet/broadcast.ts";
import { connectFleet } from "#kit/fleet/connection.ts";
import { readContext } from "#kit/fleet/context.ts";
import { runJobs } from "#kit/fleet/coordinator.ts";
import { reasonOf } from "#kit/fleet/fleet-error.ts";
import { Objects } from "#kit/fleet/objects.ts";
import { makeQueue, Queue, type QueueSettings, queueSettings } from "#kit/fleet/queue.ts";
import { makeResult } from "#kit/fleet/result.ts";
import {
  changedContext,
  clientContext,
  clusterConfig,
  PACKAGING,
  secureServer,
  serverCertificate,
  shippedConfig,
} from "../../support/fleet-certificates.ts";
import { allSums, answersOf, fleetHere, sums, until, workerProcess } from "../../support/fleet-here.ts";
import { NATS_SERVER, NatsServer, whyNoNats } from "../../support/nats-server.ts";
import { runProcess, stdoutOf } from "../../support/run-process.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const why = whyNoNats() ?? (Bun.which("openssl") ? undefined : "skipped: openssl is not installed");
if (why) console.warn(`${why}: certificates of a fleet`);
const whyOld = why ?? whyNoNats(true);
if (whyOld && !why) console.warn(`${whyOld}: X25519MLKEM768 and the shipped configuration`);

const signal = new AbortController().signal;
const settings = { name: "test", signal };

async function refusalOf(context: string): Promise<string> {
  try {
    await using _ = await connectFleet(
      readContext(context, () => {}),
      settings,
    );
    return "";
  } catch (error) {
    return (error as Error).message.replace(/127\.0\.0\.1:\d+/, "SERVER");
  }
}

describe.skipIf(why !== undefined)("a connection", () => {
  test("with a certificate that the server knows is taken, and encrypted", async () => {
    using folder = temporaryFolder("certificates");
    await using server = await secureServer(folder.path);
    const context = await clientContext(folder.path, "trial", server.port);
    expect(await refusalOf(context)).toBe("");
  });

  const REFUSALS: readonly (readonly [
    name: string,
    server: { readonly names?: string; readonly days?: number },
    client: (folder: string, port: number) => Promise<string>,
    said: RegExp,
  ])[] = [
    [
      "a server whose certificate has expired",
      { days: -1 },
      (folder, port) => clientContext(folder, "trial", port),
      /^cannot connect: SERVER: the server's certificate has expired: it was good until /,
    ],
    [
      "a server whose certificate names another",
      { names: "other.example" },
      (folder, port) => clientContext(folder, "trial", port),
      /^cannot connect: SERVER: the server's certificate is not for 127\.0\.0\.1: it names DNS:other\.example$/,
    ],
    [
      "a server that another authority has signed for",
      {},
      async (folder, port) => {
        await clientContext(folder, "trial", port);
        const other = await clientContext(`${folder}/other`, "trial", port);
        return changedContext(other, { cert: `${folder}/trial.pem`, key: `${folder}/trial.key` }, "mixed");
      },
      /^cannot connect: SERVER: the server's certificate is not signed by the authority that is trusted here$/,
    ],
    [
      "no certificate",
      {},
      async (folder, port) =>
        changedContext(
          await clientContext(folder, "trial", port),
          { cert: undefined, key: undefined },
          "bare",
        ),
      /^cannot connect: SERVER: the server asks for a certificate, and none was given$/,
    ],
    [
      "a certificate that has expired",
      {},
      (folder, port) => clientContext(folder, "trial", port, -1),
      /^cannot connect: SERVER: the server refuses our certificate: it has expired$/,
    ],
    [
      "a certificate that another authority has signed",
      {},
      async (folder, port) =>
        changedContext(
          await clientContext(`${folder}/other`, "trial", port),
          { ca: `${folder}/ca.pem` },
          "stranger",
        ),
      /^cannot connect: SERVER: the server refuses our certificate: it does not trust who signed it$/,
    ],
    [
      "a certificate that has no rights",
      {},
      (folder, port) => clientContext(folder, "nobody", port),
      /^cannot connect: SERVER: the server gives no rights to the certificate of nobody$/,
    ],
  ];
  for (const [name, kind, client, said] of REFUSALS) {
    test(`with ${name} is refused, and the reason said`, async () => {
      using folder = temporaryFolder("certificates");
      await using server = await secureServer(folder.path, kind);
      expect(await refusalOf(await client(folder.path, server.port))).toMatch(said);
    });
  }

  test("to a server in the clear is refused where TLS is asked for, and the other way round", async () => {
    using folder = temporaryFolder("certificates");
    await using plain = await NatsServer.start();
    await serverCertificate(folder.path, "127.0.0.1");
    const context = await clientContext(folder.path, "trial", plain.port);
    expect(await refusalOf(context)).toBe("cannot connect: SERVER: the server does not offer TLS");
    await using secure = await secureServer(folder.path);
    expect(await refusalOf(secure.url)).toBe("cannot connect: SERVER: the server asks for TLS");
  });

  test("to nobody, and to what is no server, says so", async () => {
    await using server = await NatsServer.start();
    await server.kill();
    expect(await refusalOf(server.url)).toBe("cannot connect: SERVER: nobody listens there");
    using other = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: { data() {}, open: (socket) => void socket.write("220 mail.example ESMTP\r\n") },
    });
    expect(await refusalOf(`nats://127.0.0.1:${other.port}`)).toBe(
      "cannot connect: SERVER: what listens there is no NATS server",
    );
  });
});

describe.skipIf(whyOld !== undefined)("X25519MLKEM768", () => {
  test("is what a connection has where the server takes nothing else, and is offered without being asked for", async () => {
    using folder = temporaryFolder("certificates");
    await using server = await secureServer(folder.path, { more: ', curve_preferences: ["X25519MLKEM768"]' });
    const context = await clientContext(folder.path, "trial", server.port);
    expect(await refusalOf(context)).toBe("");
    const older = changedContext(context, { keyExchange: ["X25519"] }, "older");
    expect(await refusalOf(older)).toBe(
      "cannot connect: SERVER: the server and this program share no way to exchange keys",
    );
  });
});

describe.skipIf(whyOld !== undefined)("the configuration that is shipped", () => {
  const perform = async (
    context: string,
    act: (queue: Queue) => Promise<unknown>,
    of: QueueSettings = QUEUE,
  ): Promise<string> => {
    await using connection = await connectFleet(
      readContext(context, () => {}),
      settings,
    );
    const queue = await Queue.open(connection, of);
    try {
      await act(queue);
      return "done";
    } catch (error) {
      return reasonOf(error);
    }
  };
  const QUEUE = queueSettings({ name: "entropy", ackWaitMs: 2_000, mostBytes: 2 ** 24 });

  test("is understood by the server as a whole, that of a cluster", async () => {
    using folder = temporaryFolder("certificates");
    await serverCertificate(folder.path, "nats-1,localhost");
    const file = `${folder.path}/nats-server.conf`;
    writeFileSync(file, clusterConfig(folder.path, `${folder.path}/data`));
    const env = { ...process.env, SERVER_NAME: "nats-1" };
    const { stderr, exitCode } = await runProcess([NATS_SERVER!, "-t", "-c", file], { env });
    expect(stderr).toContain("configuration file");
    expect(stderr).toContain("is valid");
    expect(exitCode).toBe(0);
  });

  test("has a coordinator's jobs done by a worker, and a worker do nothing else", async () => {
    using folder = temporaryFolder("certificates");
    await serverCertificate(folder.path, "localhost,127.0.0.1");
    await using server = await NatsServer.start({ config: shippedConfig(folder.path) });
    const boss = await clientContext(folder.path, "noise-coordinator", server.port);
    const worker = await clientContext(folder.path, "noise-worker-1", server.port);
    const hunter = await clientContext(folder.path, "hunt-coordinator", server.port);
    await using here = await fleetHere(boss, QUEUE);
    const process = workerProcess(worker, here.settings);
    const objects = await Objects.make(here.queue.connection, here.settings);
    const digest = await objects.put(Buffer.from("a sample"));
    await runJobs(here.runOf("first"), sums(5));
    expect(await answersOf(here, "first")).toEqual(allSums(5));
    process.kill("SIGTERM");
    expect(await process.exited).toBe(0);
    expect(await new Response(process.stderr).text()).toBe("");

    const [job] = sums(1);
    const denied = /permissions violation/i;
    expect(await perform(worker, (queue) => queue.publish(job!, 9))).toMatch(denied);
    expect(
      await perform(worker, ({ connection }) => connection.manager.streams.delete("entropy_jobs")),
    ).toMatch(denied);
    expect(
      await perform(worker, ({ connection }) => connection.manager.streams.purge("entropy_jobs")),
    ).toMatch(denied);
    expect(await perform(worker, ({ connection }) => makeQueue(connection, here.settings))).toMatch(denied);
    const listen = (subject: string) => (queue: Queue) =>
      new Promise((_, reject) => {
        queue.connection.nats.subscribe(subject, { callback: (error) => void (error && reject(error)) });
      });
    expect(await perform(worker, listen("_INBOX_noise-coordinator.>"))).toMatch(denied);
    expect(await perform(worker, listen("entropy.job.*"))).toMatch(denied);
    const read = (queue: Queue) => Objects.open(queue.connection, here.settings);
    expect(
      await perform(worker, async (queue) => {
        expect(Buffer.from(await (await read(queue)).get(digest)).toString()).toBe("a sample");
      }),
    ).toBe("done");
    expect(await perform(worker, async (queue) => (await read(queue)).put(Buffer.from("another")))).toMatch(
      denied,
    );

    // Another tenant sees nothing of it.
    await using other = await connectFleet(
      readContext(hunter, () => {}),
      settings,
    );
    expect(await Array.fromAsync(other.manager.streams.list())).toEqual([]);
  });

  test("has a host do hunts in its own name, and in no other", async () => {
    using folder = temporaryFolder("certificates");
    await serverCertificate(folder.path, "localhost,127.0.0.1");
    await using server = await NatsServer.start({ config: shippedConfig(folder.path) });
    const boss = await clientContext(folder.path, "hunt-coordinator", server.port);
    const host = await clientContext(folder.path, "hunt-host-1", server.port);
    expect(readContext(host, () => {}).node).toBe("hunt-host-1");
    const hunts = { name: "cryptex-hunts", goesTo: "all", ackWaitMs: 2_000, mostBytes: 2 ** 24 } as const;
    await using here = await fleetHere(boss, hunts);
    const work = queueSettings({ name: "cryptex", mostBytes: 2 ** 24 });
    const digest = await (await Objects.make(here.queue.connection, work)).renew(Buffer.from("a rule set"));
    const [job] = sums(1);
    await giveToAll(here.runOf("run"), [job!], job!.deadlineMs);
    await using _other = here.worker({ node: "hunt-host-2" });
    const process = workerProcess(host, here.settings, "never", "hunt-host-1");
    await until(() => here.queue.hasResult(job!.id, "hunt-host-1"));
    process.kill("SIGTERM");
    expect(await process.exited).toBe(0);
    expect(await new Response(process.stderr).text()).toBe("");

    const denied = /permissions violation/i;
    const mine = (act: (queue: Queue) => Promise<unknown>) => perform(host, act, here.settings);
    const objects = ({ connection }: Queue) => Objects.open(connection, work);
    expect(
      await mine(async (queue) => {
        expect(Buffer.from(await (await objects(queue)).get(digest)).toString()).toBe("a rule set");
      }),
    ).toBe("done");
    expect(await mine(async (queue) => (await objects(queue)).put(Buffer.from("another")))).toMatch(denied);
    const answer = { job: job!.id, outcome: "done", value: "x", attempts: 1, nodeMs: 1 } as const;
    expect(await mine((queue) => queue.consumer("hunt-host-1"))).toBe("done");
    expect(await mine((queue) => queue.consumer("hunt-host-2"))).toMatch(denied);
    expect(await mine((queue) => queue.answer(makeResult({ ...answer, node: "hunt-host-2" })))).toMatch(
      denied,
    );
    expect(await mine((queue) => queue.bucket.put(`part.${job!.id}.hunt-host-1.0`, "x"))).toBe("done");
    expect(await mine((queue) => queue.bucket.put(`part.${job!.id}.hunt-host-2.0`, "x"))).toMatch(denied);
    expect(await mine((queue) => queue.hasResult(job!.id, "hunt-host-1"))).toBe("done");
    expect(await mine((queue) => queue.hasResult(job!.id, "hunt-host-2"))).toMatch(denied);
    expect(await mine((queue) => queue.publish(job!, 9))).toMatch(denied);
    await until(async () => (await machinesOf(here.queue.connection.manager, here.settings)).length === 2);
    expect(
      await mine(({ connection }) =>
        connection.nats.request("$JS.API.CONSUMER.MSG.NEXT.cryptex-hunts_jobs.hunt-host-2", "1"),
      ),
    ).toMatch(denied);
    expect(
      await mine(({ connection }) =>
        connection.manager.consumers.delete("cryptex-hunts_jobs", "hunt-host-2"),
      ),
    ).toMatch(denied);
  });

  test("names hosts as the script prints them", async () => {
    const text = readFileSync(join(PACKAGING, "nats-server.conf"), "utf8");
    for (const name of ["hunt-host-1", "hunt-host-2"]) {
      expect(text).toContain(await stdoutOf([join(PACKAGING, "host-user.sh"), name]));
    }
    const { exitCode } = await runProcess([join(PACKAGING, "host-user.sh"), 'x" } ]']);
    expect(exitCode).toBe(2);
  });
});
