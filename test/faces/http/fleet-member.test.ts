/** `server --nats`: a server that answers `fleet status`, whether its fleet is there or not. */
import { describe, expect, test } from "bun:test";
import { parseOptions } from "#kit/term/flags.ts";
import { fleetStatus } from "../../../src/commands/fleet-status.ts";
import { server, serverOptions } from "../../../src/commands/server.ts";
import { runServer } from "../../../src/faces/http/server.ts";
import { VERSION } from "../../../src/version.ts";
import { fakeIo } from "../../support/fake-io.ts";
import { FakeThread, fakeHost, fakeNoise, fakeSource } from "../../support/fake-thread.ts";
import { until } from "../../support/fleet-here.ts";
import { NatsServer, whyNoNats } from "../../support/nats-server.ts";
import { optionsFor } from "../../support/options.ts";

const why = whyNoNats();
if (why) console.warn(`${why}: server --nats`);

/** Starts `server` in this process, over noise that is made. Disposing stops it. */
async function serverOf(nats: string) {
  const sources = [
    fakeSource({ id: "a" }, fakeNoise(1)),
    fakeSource({ id: "b", family: "memory" }, fakeNoise(2)),
  ];
  const io = fakeIo();
  const address = Promise.withResolvers<string>();
  const out = io.out.bind(io);
  io.out = async (data) => {
    await out(data);
    address.resolve(String(data).replace(/^listening on |\n$/g, ""));
  };
  const ended = runServer(serverOptions(optionsFor(server, { port: "0", nats })), io, {
    ...{ sources, host: fakeHost, startThread: () => new FakeThread(sources), warn: () => {}, env: {} },
  });
  const url = await Promise.race([address.promise, ended.then(() => "ended")]);
  return {
    url,
    async [Symbol.asyncDispose]() {
      io.interrupt.abort(new Error("SIGTERM"));
      await ended;
    },
  };
}

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

describe.skipIf(why !== undefined)("server --nats", () => {
  test("answers how it is, with its sources", async () => {
    await using nats = await NatsServer.start();
    await using _ = await serverOf(nats.url);
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

  test("serves while its fleet's server is away, and answers there when it is back", async () => {
    await using nats = await NatsServer.start();
    await nats.kill();
    await using served = await serverOf(nats.url);
    const bytes = async () => (await fetch(`${served.url}/api/v1/bytes?n=32`)).status;
    expect(await bytes()).toBe(200);
    await nats.start();
    await statusThat(nats.url, ({ code }) => code === 0);
    await nats.kill();
    expect(await bytes()).toBe(200);
    await nats.start();
    await statusThat(nats.url, ({ code }) => code === 0);
  });
});
