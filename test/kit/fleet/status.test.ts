/** `fleet status`, and the nodes that it asks: well, dead, away, and lying. */
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectFleet } from "#kit/fleet/connection.ts";
import { readContext } from "#kit/fleet/context.ts";
import { type NodeAnswer, readAnswer } from "#kit/fleet/node-answers.ts";
import { answerAsService, type NodeHealth } from "#kit/fleet/node-health.ts";
import { statusCommand } from "#kit/fleet/status-command.ts";
import { parseOptions } from "#kit/term/flags.ts";
import { fakeIo } from "../../support/fake-io.ts";
import { clientContext, serverCertificate, shippedConfig } from "../../support/fleet-certificates.ts";
import { fleetHere, LATER_MS, until, workerProcess } from "../../support/fleet-here.ts";
import { NatsServer, whyNoNats } from "../../support/nats-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const why = whyNoNats();
if (why) console.warn(`${why}: fleet status`);

const status = statusCommand({ program: "trial", queue: "trial", notWell: 3 });

async function statusOf(...args: readonly string[]) {
  const io = fakeIo();
  const code = await status.run(parseOptions(status, args), io, undefined);
  return { code, text: io.written().toString() };
}

const health = (more: Partial<NodeHealth> = {}): NodeHealth => ({
  node: "one",
  part: "server",
  version: "1.2.3",
  clockMs: Date.now(),
  uptimeMs: 5,
  faults: [],
  about: "pool ready",
  detail: { sources: [] },
  ...more,
});

async function connected(url: string) {
  return connectFleet(
    readContext(url, () => {}),
    { name: "node", signal: new AbortController().signal, againMs: 50, pingMs: 500 },
  );
}

function listOf(folder: string, text: string): string {
  const path = join(folder, "nodes");
  writeFileSync(path, text);
  return path;
}

/** Waits for the whole time only where a test expects somebody to be missing. */
const PATIENT = `${LATER_MS / 1_000}`;

describe.skipIf(why !== undefined)("fleet status", () => {
  test("shows who answers, and names who is missing, from either form of a list", async () => {
    await using server = await NatsServer.start();
    await using node = await connected(server.url);
    using folder = temporaryFolder("status");
    using _one = answerAsService(node.nats, { name: "trial", version: "1.2.3", health: () => health() });
    using _two = answerAsService(node.nats, {
      name: "trial",
      version: "1.2.3",
      health: () => health({ node: "two" }),
    });
    using _other = answerAsService(node.nats, {
      name: "other",
      version: "1.2.3",
      health: () => health({ node: "three" }),
    });
    await node.nats.flush();
    const nats = ["--nats", server.url];
    const all = listOf(folder.path, "one\n\n two \r\n");
    const well = await statusOf(...nats, "--expect", all, "--wait", PATIENT);
    expect(well.code).toBe(0);
    expect(well.text).toMatch(/^NODE .*\none +server +1\.2\.3 +well +pool ready\ntwo .*\n$/);
    const more = listOf(folder.path, '["one", "two", "three\\u001b[2J"]');
    const lacking = await statusOf(...nats, "--expect", more, "--wait", "0.3");
    expect(lacking.code).toBe(3);
    expect(lacking.text).toContain("three\\x1B[2J");
    expect(lacking.text).toContain("missing");
    const json = await statusOf(...nats, "--expect", more, "--wait", "0.3", "--json");
    expect(JSON.parse(json.text)).toMatchObject({
      schema: 1,
      missing: ["three\u001b[2J"],
      unreadable: [],
      nodes: [
        { node: "one", detail: { sources: [] } },
        { node: "two", faults: [] },
      ],
    });
  });

  const FAULTS: readonly (readonly [name: string, health: () => NodeHealth, said: string])[] = [
    ["a source that failed", () => health({ faults: ["clock: failed, RCT"] }), "clock: failed, RCT"],
    ["a clock ahead", () => health({ clockMs: Date.now() + 3_600_000 }), "its clock is 3600 s ahead"],
    ["a clock behind", () => health({ clockMs: Date.now() - 3_600_000 }), "its clock is 3600 s behind"],
  ];
  for (const [name, ill, said] of FAULTS) {
    test(`exits 3 for ${name}, and says so`, async () => {
      await using server = await NatsServer.start();
      await using node = await connected(server.url);
      using folder = temporaryFolder("status");
      using _ = answerAsService(node.nats, { name: "trial", version: "1.2.3", health: ill });
      await node.nats.flush();
      const expected = ["--expect", listOf(folder.path, "one"), "--wait", PATIENT];
      const { code, text } = await statusOf("--nats", server.url, ...expected);
      expect({ code, isSaid: text.includes(said) }).toEqual({ code: 3, isSaid: true });
    });
  }

  test("names who answers twice, and shows nothing of hostile answers as it stands", async () => {
    await using server = await NatsServer.start();
    await using node = await connected(server.url);
    for (const _ of ["one", "again"]) {
      answerAsService(node.nats, { name: "trial", version: "1.2.3", health: () => health() });
    }
    const lies = ["\u001b[2Jhello", "x".repeat(70_000), "null", '{"health":{"node":7}}', "", "\xff"];
    node.nats.subscribe("$SRV.STATS.trial", {
      callback: (_, message) => {
        for (const lie of lies) message.respond(lie);
      },
    });
    await node.nats.flush();
    const { code, text } = await statusOf("--nats", server.url, "--wait", "0.5", "--json");
    expect(code).toBe(3);
    const { nodes, unreadable } = JSON.parse(text);
    expect(nodes.map(({ faults }: NodeAnswer) => faults)).toEqual([
      ["more than one answers under this name"],
      ["more than one answers under this name"],
    ]);
    expect(unreadable).toHaveLength(lies.length);
    const shown = await statusOf("--nats", server.url, "--wait", "0.5");
    expect(shown.text).toContain("\\x1B[2Jhello");
    expect(shown.text).not.toContain("\u001b");
    expect(shown.text.length).toBeLessThan(4_000);
  });

  test("lists workers with their jobs and what holds them; one that is killed is missing", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url);
    using folder = temporaryFolder("status");
    await using _ = here.worker({ hold: () => "the disk is full", version: "4.5.6" });
    const process = workerProcess(server.url, here.settings, "never", "dying");
    const nats = ["--nats", server.url];
    const both = listOf(folder.path, "here\ndying");
    await until(async () => (await statusOf(...nats, "--json", "--wait", "0.2")).text.includes('"dying"'));
    const { code, text } = await statusOf(...nats, "--expect", both, "--wait", PATIENT);
    expect(code).toBe(3);
    expect(text).toMatch(/here +worker +4\.5\.6 +not well +takes no jobs: the disk is full/);
    expect(text).toMatch(/dying +worker +\S+ +well +0 jobs done, 0 in hand/);
    process.kill("SIGKILL");
    await process.exited;
    const after = await statusOf(...nats, "--expect", both, "--wait", "0.3");
    expect(after.text).toMatch(/dying +missing/);
  });

  test("says that nobody answers; a server that is away is an error, and nodes answer when it is back", async () => {
    await using server = await NatsServer.start();
    await using node = await connected(server.url);
    expect(await statusOf("--nats", server.url, "--wait", "0.1")).toEqual({
      code: 3,
      text: "no node has answered\n",
    });
    using folder = temporaryFolder("status");
    using _ = answerAsService(node.nats, { name: "trial", version: "1.2.3", health: () => health() });
    await server.kill();
    await expect(statusOf("--nats", server.url)).rejects.toThrow("nobody listens there");
    await server.start();
    await until(() =>
      node.nats.flush().then(
        () => true,
        () => false, // the question went with the old connection
      ),
    );
    const expected = ["--expect", listOf(folder.path, "one"), "--wait", PATIENT];
    expect((await statusOf("--nats", server.url, ...expected)).code).toBe(0);
  });

  test("refuses lists that name nobody, or are none", async () => {
    using folder = temporaryFolder("status");
    for (const [text, said] of [
      ["\n \n", "it names no node"],
      ["[", "it begins like a JSON list, and is none"],
      ["[1]", "it is no list of texts"],
    ] as const) {
      const list = listOf(folder.path, text);
      await expect(statusOf("--nats", "nats://127.0.0.1:1", "--expect", list)).rejects.toThrow(said);
    }
  });
});

const whyOld =
  why ?? whyNoNats(true) ?? (Bun.which("openssl") ? undefined : "skipped: openssl is not installed");
test.skipIf(whyOld !== undefined)(
  "by the configuration that is shipped, servers and workers answer the coordinator, and a server sends nothing else",
  async () => {
    using folder = temporaryFolder("status");
    await serverCertificate(folder.path, "localhost,127.0.0.1");
    await using server = await NatsServer.start({ config: shippedConfig(folder.path) });
    const contextOf = (name: string) => clientContext(folder.path, name, server.port);
    await using coordinator = await fleetHere(await contextOf("noise-coordinator"), { name: "entropy" });
    const node = await connected(await contextOf("noise-server-1"));
    await using _node = node;
    using _ = answerAsService(node.nats, { name: "entropy", version: "1.2.3", health: () => health() });
    await node.nats.flush();
    const worker = workerProcess(await contextOf("noise-worker-1"), coordinator.settings);
    try {
      const asked = ["--nats", join(folder.path, "noise-coordinator.json"), "--queue", "entropy"];
      const list = listOf(folder.path, "one");
      expect((await statusOf(...asked, "--expect", list, "--wait", PATIENT)).code).toBe(0);
      await until(async () => {
        const { text } = await statusOf(...asked, "--json", "--wait", "0.3");
        return ["server", "worker"].every((part) => text.includes(`"part":"${part}"`));
      });
    } finally {
      worker.kill("SIGKILL");
      await worker.exited;
    }
    const heard: string[] = [];
    coordinator.queue.connection.nats.subscribe("entropy.progress.*", {
      callback: (_, { subject }) => void heard.push(subject),
    });
    await coordinator.queue.connection.nats.flush();
    node.nats.publish("entropy.progress.forged", "{}");
    await node.nats.flush();
    await coordinator.queue.connection.nats.flush();
    expect(heard).toEqual([]);
  },
);

test("the three questions of ADR-32 are answered in its form, by name and by id", () => {
  const subjects = new Map<string, (error: null, message: object) => void>();
  const nats = {
    subscribe(subject: string, { callback }: { callback: () => void }) {
      subjects.set(subject, callback);
      return { unsubscribe: () => subjects.delete(subject) };
    },
  };
  {
    using _ = answerAsService(nats as never, { name: "trial", version: "1.2.3", health: () => health() });
    expect(subjects.size).toBe(9);
    for (const [verb, type] of [
      ["PING", "ping_response"],
      ["INFO", "info_response"],
      ["STATS", "stats_response"],
    ]) {
      let answer = "";
      subjects.get(`$SRV.${verb}.trial`)?.(null, { respond: (text: string) => (answer = text) });
      const { id, ...rest } = JSON.parse(answer);
      expect(rest).toMatchObject({ type: `io.nats.micro.v1.${type}`, name: "trial", version: "1.2.3" });
      expect(subjects.has(`$SRV.${verb}.trial.${id}`)).toBe(true);
    }
  }
  expect(subjects.size).toBe(0);
});

test("a clock is compared with the middle of the question's time", () => {
  const data = Buffer.from(JSON.stringify({ health: health({ clockMs: 1_500 }) }));
  expect(readAnswer(data, 1_000, 2_000)).toMatchObject({ clockOffMs: 0 });
});
