/** The doctor, on fleets that lack something. */
import { describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync } from "node:fs";
import { readContext } from "#kit/fleet/context.ts";
import { examineFleet, type Finding, hasFaults } from "#kit/fleet/doctor.ts";
import { type QueueSettings, queueSettings } from "#kit/fleet/queue.ts";
import {
  changedContext,
  clientContext,
  plainConfig,
  secureServer,
  serverCertificate,
} from "../../support/fleet-certificates.ts";
import { fleetHere, sums } from "../../support/fleet-here.ts";
import { NatsServer, whyNoNats } from "../../support/nats-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const why = whyNoNats() ?? (Bun.which("openssl") ? undefined : "skipped: openssl is not installed");
if (why) console.warn(`${why}: what fleet doctor finds`);
const whyOld = why ?? whyNoNats(true);

const queue = queueSettings({ name: "trial", ackWaitMs: 2_000 });

async function findingsOf(
  context: string,
  more: { ledger?: string; now?: () => number; queue?: QueueSettings } = {},
): Promise<Finding[]> {
  const signal = new AbortController().signal;
  return examineFleet({ context: readContext(context, () => {}), queue, signal, ...more });
}

/** Those that are not well, without the server's port. */
async function complaintsOf(...given: Parameters<typeof findingsOf>): Promise<string[]> {
  const findings = await findingsOf(...given);
  return findings
    .filter(({ state }) => state !== "ok")
    .map(({ about, state, text }) => `${about} ${state}: ${text.replaceAll(/127\.0\.0\.1:\d+/g, "SERVER")}`);
}

describe.skipIf(why !== undefined)("the doctor", () => {
  test.skipIf(whyOld !== undefined)("finds nothing where all is well", async () => {
    using folder = temporaryFolder("doctor");
    await using server = await secureServer(folder.path);
    const context = await clientContext(folder.path, "trial", server.port);
    await using _ = await fleetHere(context);
    const findings = await findingsOf(context, { ledger: `sqlite:${folder.path}/ledger` });
    expect(findings.filter(({ state }) => state !== "ok")).toEqual([]);
    expect([...new Set(findings.map(({ about }) => about))]).toEqual([
      "certificate",
      "server",
      "version",
      "key exchange",
      "queue",
      "clock",
      "workers",
      "results",
      "ledger",
    ]);
    expect(hasFaults(findings)).toBe(false);
  });

  test("says of a queue that goes to all which machines have something to do yet", async () => {
    await using server = await NatsServer.start();
    const toAll = { ...queue, goesTo: "all" } as const;
    await using here = await fleetHere(server.url, toAll);
    const text = async () => {
      const findings = await findingsOf(server.url, { queue: toAll });
      expect(findings.filter(({ state }) => state === "wrong")).toEqual([]);
      return findings.find(({ about }) => about === "machines")?.text;
    };
    expect(await text()).toBe("0 known; with something to do yet: none");
    await here.queue.consumer("a");
    expect(await text()).toBe("1 known; with something to do yet: none");
    await here.queue.publish(sums(1)[0]!, 0);
    expect(await text()).toBe("1 known; with something to do yet: a");
  });

  test("says that queue and results are missing", async () => {
    await using server = await NatsServer.start();
    const complaints = (await complaintsOf(server.url)).filter((text) => !text.startsWith("version"));
    expect(complaints).toEqual([
      "queue wrong: stream trial_jobs is missing",
      "workers wrong: consumer workers is missing",
      "results wrong: bucket trial_results is missing",
    ]);
  });

  test("finds a stream that loses or doubles work, each fault by name", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    const { manager } = here.queue.connection;
    await manager.streams.delete("trial_jobs");
    await manager.streams.add({
      name: "trial_jobs",
      subjects: ["trial.job.*"],
      storage: "memory",
      max_msg_size: 1_000,
      duplicate_window: 100_000_000,
    });
    await manager.consumers.add("trial_jobs", {
      durable_name: "workers",
      ack_policy: "explicit",
      ack_wait: 1_000_000_000,
      max_deliver: 3,
    });
    const results = await manager.streams.info("KV_trial_results");
    await manager.streams.update("KV_trial_results", { ...results.config, discard: "old" });
    const complaints = (await complaintsOf(server.url)).filter((text) => !/^(version|clock)/.test(text));
    expect(complaints).toEqual([
      "queue wrong: stream trial_jobs: its retention is limits, and has to be workqueue",
      "queue wrong: stream trial_jobs: where it is full it forgets the oldest jobs",
      "queue wrong: stream trial_jobs: it may fill the server's disk",
      "queue wrong: stream trial_jobs: it keeps jobs for ever",
      "queue wrong: stream trial_jobs: it takes messages of 1000 bytes, and jobs may have 525312",
      "queue wrong: stream trial_jobs: it does not know second copies of a job",
      "queue wrong: stream trial_jobs: it is kept in memory, and gone when the server stops",
      "workers wrong: consumer workers: jobs go to another worker after 1 s without a beat",
      "workers wrong: consumer workers: after 3 attempts a job is left lying, and nobody is told",
      "results wrong: where there is no room the oldest results are forgotten",
    ]);
  });

  test("looks at certificate and key before anybody is asked", async () => {
    using folder = temporaryFolder("doctor");
    await using server = await secureServer(folder.path);
    const { path } = folder;
    const good = await clientContext(path, "trial", server.port);
    const own = async (context: string, now?: () => number) =>
      (await complaintsOf(context, now ? { now } : {})).filter((text) => text.startsWith("certificate"));

    expect(await own(good)).toEqual([]);
    expect(await own(changedContext(good, { cert: undefined, key: undefined }, "bare"))).toEqual([
      "certificate wrong: this machine has none, so that servers cannot tell it from others",
    ]);
    expect(await own(changedContext(good, { key: "server.key" }, "other-key"))).toEqual([
      "certificate wrong: the key is not that of the certificate",
    ]);
    const foreign = await clientContext(`${path}/other`, "trial", server.port);
    copyFileSync(`${path}/ca.pem`, `${path}/other/ours.pem`);
    expect(await own(changedContext(foreign, { ca: "ours.pem" }, "foreign"))).toEqual([
      "certificate soon: that of CN=trial is signed by another authority than the servers are expected to have",
    ]);
    expect(await own(await clientContext(path, "late", server.port, -1))).toEqual([
      expect.stringMatching(/^certificate wrong: that of CN=late has expired, on \d{4}-\d\d-\d\d$/),
    ]);
    const day = 86_400_000;
    expect(await own(good, () => Date.now() + 20 * day)).toEqual([
      expect.stringMatching(/^certificate soon: that of CN=trial expires in 9 days, on /),
    ]);
    expect(await own(good, () => Date.now() - 40 * day)).toEqual([
      expect.stringMatching(/^certificate wrong: that of CN=trial is good from /),
    ]);
  });

  test("says what step a server refuses, and names the rights that are missing", async () => {
    using folder = temporaryFolder("doctor");
    await using server = await secureServer(folder.path);
    const nobody = await findingsOf(await clientContext(folder.path, "nobody", server.port));
    const refused = nobody.find(({ about }) => about === "server")!;
    expect(refused.text).toEndWith("the server gives no rights to the certificate of nobody");
    expect(refused.hint).toBe('its configuration needs a user "CN=nobody" in one of its accounts');
    expect(hasFaults(nobody)).toBe(true);
    await server.kill();
    expect(await complaintsOf(server.url)).toEqual(["server wrong: SERVER: nobody listens there"]);
  });

  test("says of a certificate without rights to look that it cannot say", async () => {
    using folder = temporaryFolder("doctor");
    await serverCertificate(folder.path, "127.0.0.1");
    const config = plainConfig(folder.path, ["trial"]).replace(
      '{ user: "CN=trial" }',
      '{ user: "CN=trial", permissions: { publish: ["nothing"], subscribe: ["_INBOX_trial.>"] } }',
    );
    await using server = await NatsServer.start({ config });
    const context = await clientContext(folder.path, "trial", server.port);
    const complaints = (await complaintsOf(context)).filter((text) => /^(queue|workers|results)/.test(text));
    expect(complaints).toEqual([
      "queue unknown: stream trial_jobs: this certificate may not look at it",
      "workers unknown: consumer workers: this certificate may not look at it",
      "results unknown: bucket trial_results: this certificate may not look at it",
    ]);
  });

  test.skipIf(whyOld !== undefined)("finds a clock that is more than a minute off, either way", async () => {
    await using server = await NatsServer.start();
    await using _ = await fleetHere(server.url);
    const clock = async (offMs: number) =>
      (await complaintsOf(server.url, { now: () => Date.now() + offMs })).filter((text) =>
        text.startsWith("clock"),
      );
    expect(await clock(0)).toEqual([]);
    expect(await clock(50_000)).toEqual([]);
    expect((await clock(300_000))[0]).toMatch(
      /^clock wrong: the clock of this machine is (2\d\d|300) s ahead of the server's$/,
    );
    expect((await clock(-300_000))[0]).toMatch(
      /^clock wrong: the clock of this machine is (2\d\d|300) s behind the server's$/,
    );
  });

  test("says that a server has no X25519MLKEM768, and that the ledger is away, without its password", async () => {
    using folder = temporaryFolder("doctor");
    await serverCertificate(folder.path, "127.0.0.1");
    const only = whyOld === undefined ? ', curve_preferences: ["X25519"]' : "";
    await using server = await secureServer(folder.path, { more: only });
    const context = await clientContext(folder.path, "trial", server.port);
    const ledger = "postgres://trial:secret@127.0.0.1:1/none";
    const complaints = (await complaintsOf(context, { ledger })).join("\n");
    expect(complaints).toContain("key exchange soon: SERVER has no X25519MLKEM768");
    expect(complaints).toContain("ledger wrong: Failed to connect");
    expect(complaints).not.toContain("secret");
  });

  test("warns of a key that others can read", async () => {
    using folder = temporaryFolder("doctor");
    await using server = await secureServer(folder.path);
    const context = await clientContext(folder.path, "trial", server.port);
    chmodSync(`${folder.path}/trial.key`, 0o644);
    const warnings: string[] = [];
    readContext(context, (text) => warnings.push(text));
    expect(warnings).toEqual([`${folder.path}/trial.key can be read by other users: chmod 600 it`]);
  });
});
