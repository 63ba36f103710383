import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseOptions } from "#kit/term/flags.ts";
import { fleetStatus } from "../../src/commands/fleet-status.ts";
import { server, serverOptions } from "../../src/commands/server.ts";
import type { Deps } from "../../src/deps.ts";
import { InputError, UsageError } from "../../src/errors.ts";
import { runServer } from "../../src/faces/http/server.ts";
import { VERSION } from "../../src/version.ts";
import { type FakeIo, fakeIo } from "../support/fake-io.ts";
import { FakeThread, fakeHost, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { until } from "../support/fleet-here.ts";
import { NatsServer, whyNoNats } from "../support/nats-server.ts";
import { NotifySocket } from "../support/notify-socket.ts";
import { optionsFor } from "../support/options.ts";
import { metricsOf, startCollector } from "../support/otlp-collector.ts";
import { rejectionOf } from "../support/rejection.ts";

const whyNats = whyNoNats();
if (whyNats) console.warn(`${whyNats}: server --nats`);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "esoteric-entropy-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

function deps(): Deps {
  const sources = [
    fakeSource({ id: "a" }, fakeNoise(1)),
    fakeSource({ id: "b", family: "memory" }, fakeNoise(2)),
  ];
  return { sources, host: fakeHost, startThread: () => new FakeThread(sources), warn: () => {} };
}

const options = (args: Record<string, unknown>) => serverOptions(optionsFor(server, args));

const run = (args: Record<string, unknown>, io: FakeIo, env: Record<string, string> = {}) =>
  runServer(options({ port: "0", ...args }), io, { ...deps(), env });

/** Starts it, hands its address to the client, then stops it as SIGTERM would. */
async function served(
  args: Record<string, unknown>,
  client: (url: string) => Promise<void> = async () => {},
): Promise<FakeIo> {
  const io = fakeIo();
  const started = Promise.withResolvers<string>();
  const out = io.out.bind(io);
  io.out = async (data) => {
    await out(data);
    started.resolve(String(data).replace(/^listening on |\n$/g, ""));
  };
  const ended = run(args, io);
  await client(await Promise.race([started.promise, ended.then(() => "ended")]));
  io.interrupt.abort(new Error("SIGTERM"));
  await ended;
  return io;
}

describe("options", () => {
  test("defaults", () => {
    expect(options({})).toMatchObject({
      address: { hostname: "127.0.0.1", port: 8042 },
      mode: "full",
      sources: "default",
      maxWaitMs: 5_000,
      corsOrigin: "*",
      insecure: false,
    });
  });

  for (const args of [
    { port: "65536" },
    { port: "-1" },
    { port: "http" },
    { unix: "/s", port: "1" },
    { unix: "/s", host: "::1" },
    { "tls-cert": "c" },
    { "tls-key": "k" },
    { "max-wait": "0" },
    { "max-wait": "61" },
    { cors: "example.org" },
    { cors: "https://example.org/path" },
    { cors: "null" },
    { otlp: "127.0.0.1:4318" },
    { otlp: "grpc://127.0.0.1" },
  ]) {
    test(`refused: ${JSON.stringify(args)}`, () => {
      expect(() => options(args)).toThrow(UsageError);
    });
  }
});

test("says where it listens, answers, and ends without error when told to", async () => {
  const io = await served({ mode: "drbg" }, async (url) => {
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const answer = await (await fetch(`${url}/api/v1/random?length=4&type=uint16`)).json();
    expect(answer).toMatchObject({ length: 4, success: true });
    expect((await fetch(`${url}/health`, { headers: { host: "evil.example" } })).status).toBe(403);
  });
  expect(io.talk()).toBe("");
});

test("--otlp: a collector gets the figures when the server ends, if not before", async () => {
  await using collector = startCollector();
  const io = await served({ mode: "drbg", otlp: collector.url }, async (url) => {
    expect((await fetch(`${url}/api/v1/bytes?n=4`)).status).toBe(200);
  });
  const figures = metricsOf(collector.pushed.at(-1)!);
  expect(figures.find(({ name }) => name === "esoteric_entropy_ready")?.samples).toEqual([[{}, 1]]);
  expect(io.talk()).toBe("");
});

test("--otlp: a collector that is not there is named, and the server answers and ends all the same", async () => {
  const collector = startCollector();
  await collector[Symbol.asyncDispose]();
  const io = await served({ mode: "drbg", otlp: collector.url }, async (url) => {
    expect((await fetch(`${url}/api/v1/bytes?n=4`)).status).toBe(200);
  });
  expect(io.talk()).toContain(new URL(collector.url).host);
});

test("a token of a file", async () => {
  const token = "correct-horse-battery";
  const io = await served({ "token-file": file("token", `${token}\n`) }, async (url) => {
    expect((await fetch(`${url}/health`)).status).toBe(401);
    const authorized = { headers: { authorization: `Bearer ${token}` } };
    expect((await fetch(`${url}/sources`, authorized)).status).toBe(200);
    expect((await fetch(url)).status).toBe(200); // the page asks for the token
  });
  expect(io.talk()).toBe("");
});

test("a token that others can read is warned of", async () => {
  const path = file("exposed", "0123456789abcdef", 0o644);
  expect((await served({ "token-file": path })).talk()).toContain(`${path} can be read by other users`);
});

for (const [name, content, problem] of [
  ["short", "0123456789abcde", "at least 16 characters, this has 15"],
  ["empty", "\n", "at least 16 characters"],
  ["two-words", "0123456789 0123456789", "one word of printable ASCII"],
  ["binary", "0123456789abcdef\u0000\u00ff", "one word of printable ASCII"],
] as const) {
  test(`no token: ${name}`, async () => {
    const error = await rejectionOf(run({ "token-file": file(name, content) }, fakeIo()));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toContain(problem);
  });
}

test("files that are not there", async () => {
  for (const args of [{ "token-file": "/nowhere" }, { "tls-cert": "/nowhere", "tls-key": "/nowhere" }]) {
    expect((await rejectionOf(run(args, fakeIo()))).message).toStartWith("cannot read /nowhere: ");
  }
});

describe("other machines", () => {
  for (const host of ["0.0.0.0", "::", "192.0.2.1", "example.org", "127.0.0.1.example.org"]) {
    test(`${host} is refused without a token or TLS`, async () => {
      const error = await rejectionOf(run({ host }, fakeIo()));
      expect(error).toBeInstanceOf(UsageError);
      expect((error as UsageError).hints.join()).toContain("--insecure");
    });
  }

  test("--insecure serves them, with a warning, under any name", async () => {
    const io = await served({ host: "0.0.0.0", insecure: true, mode: "drbg" }, async (url) => {
      const local = url.replace("0.0.0.0", "127.0.0.1");
      expect((await fetch(`${local}/sources`, { headers: { host: "entropy.example" } })).status).toBe(200);
    });
    expect(io.talk()).toContain("every machine in the network can take and read random bytes");
  });

  test("with a token alone, what TLS would protect is named", async () => {
    const io = await served({ host: "0.0.0.0", "token-file": file("t", "0123456789abcdef") });
    expect(io.talk()).toContain("without TLS, the token and all bytes can be read on their way");
  });
});

test("sources that fail are warned of, and the server goes on", async () => {
  const io = fakeIo();
  const broken = deps();
  for (const source of broken.sources) (source as ReturnType<typeof fakeSource>).unavailable = "broken";
  const warned = Promise.withResolvers<void>();
  io.log.addReporter({ log: () => warned.resolve() });
  const ended = runServer(options({ port: "0" }), io, { ...broken, env: {} });
  await warned.promise;
  const url = io
    .written()
    .toString()
    .replace(/^listening on |\n$/g, "");
  expect((await fetch(`${url}/health`)).status).toBe(503);
  io.interrupt.abort(new Error("SIGTERM"));
  await ended;
  expect(io.talk()).toContain("no source can deliver");
});

describe.if(process.platform === "linux")("a service manager", () => {
  test("hears that the server is ready when it gives random bytes, and that it stops", async () => {
    using socket = new NotifySocket(join(folder, "notify"));
    const io = fakeIo();
    const ended = run({}, io, { NOTIFY_SOCKET: socket.name });
    const lines = await socket.until("READY=1");
    const url = /^STATUS=listening on (.*)$/m.exec(lines.join("\n"))![1]!;
    expect((await fetch(`${url}/health`)).status).toBe(200);
    io.interrupt.abort(new Error("SIGTERM"));
    await ended;
    expect(socket.lines()).toEqual(["STOPPING=1"]);
  });

  test("hears what the server waits for, and not that it is ready, while no source delivers", async () => {
    using socket = new NotifySocket(join(folder, "notify"));
    const io = fakeIo();
    const broken = deps();
    for (const source of broken.sources) (source as ReturnType<typeof fakeSource>).unavailable = "broken";
    const env = { NOTIFY_SOCKET: socket.name };
    const ended = runServer(options({ port: "0" }), io, { ...broken, env });
    const lines = await socket.until("STATUS=");
    expect(lines.join()).toContain("no source can deliver");
    io.interrupt.abort(new Error("SIGTERM"));
    await ended;
    expect(lines.concat(socket.lines())).not.toContain("READY=1");
  });
});

async function status(nats: string) {
  const io = fakeIo();
  const all = parseOptions(fleetStatus, ["--nats", nats, "--wait", "0.3", "--json"]);
  const code = await fleetStatus.run(all, io, {});
  return { code, ...JSON.parse(io.written().toString()) };
}

/** Asks until it is so: an answer may take longer than is waited for. */
async function statusThat(nats: string, isSo: (found: Awaited<ReturnType<typeof status>>) => boolean) {
  let found = await status(nats);
  await until(async () => {
    if (!isSo(found)) found = await status(nats);
    return isSo(found);
  });
  return found;
}

describe.skipIf(whyNats !== undefined)("--nats", () => {
  test("answers fleet status with how it is, and with its sources", async () => {
    await using nats = await NatsServer.start();
    await served({ nats: nats.url }, async () => {
      const { nodes } = await statusThat(nats.url, ({ code }) => code === 0);
      expect(nodes).toMatchObject([
        {
          part: "server",
          version: VERSION,
          faults: [],
          detail: {
            mode: "full",
            status: "ok",
            isReady: true,
            sources: [
              { id: "a", state: "healthy" },
              { id: "b", state: "healthy" },
            ],
          },
        },
      ]);
    });
  });

  test("serves while its fleet's server is away, and answers there when it is back", async () => {
    await using nats = await NatsServer.start();
    await nats.kill();
    await served({ nats: nats.url }, async (url) => {
      const bytes = async () => (await fetch(`${url}/api/v1/bytes?n=32`)).status;
      expect(await bytes()).toBe(200);
      await nats.start();
      await statusThat(nats.url, ({ code }) => code === 0);
      await nats.kill();
      expect(await bytes()).toBe(200);
      await nats.start();
      await statusThat(nats.url, ({ code }) => code === 0);
    });
  });
});
