/** A cipher goes wrong while bytes are handed out: through no face does a byte of it pass, and each says why nothing comes. */
import { describe, expect, test } from "bun:test";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadLibrary } from "../../ffi/index.ts";
import { DrbgError } from "../../src/errors.ts";
import { serveEgd } from "../../src/faces/device/egd.ts";
import { Fifo } from "../../src/faces/device/fifo.ts";
import { KernelFeed } from "../../src/faces/device/kernel.ts";
import { serveFifo } from "../../src/faces/device/serve-fifo.ts";
import type { EntropyPool } from "../../src/faces/library/entropy-pool.ts";
import { EsotericRandom } from "../../src/faces/library/esoteric-random.ts";
import { encoder } from "../../src/faces/pipe/encode.ts";
import { pump } from "../../src/faces/pipe/stream.ts";
import { FRAME } from "../../src/faces/stdio/frames.ts";
import { PoolService } from "../../src/faces/stdio/pool-service.ts";
import { Session } from "../../src/faces/stdio/session.ts";
import { DrbgGenerator, FullGenerator, fillAtOnce } from "../../src/rbg/generator.ts";
import { EgdClient } from "../support/egd-client.ts";
import { FailingCipher, FailingSystem, hasWrongBytes, zeroPool } from "../support/failing-cipher.ts";
import { openFakePool } from "../support/fake-pool.ts";
import { fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { FrameClient } from "../support/frame-client.ts";
import { rejectionOf } from "../support/rejection.ts";
import { listeningApp, servedApp } from "../support/served-app.ts";

const MODES = ["full", "drbg"] as const;
const never = new AbortController().signal;

/** A generator whose output is the cipher's alone. */
function failing(mode: (typeof MODES)[number]) {
  const cipher = new FailingCipher();
  const system = new FailingSystem(cipher);
  const generator = new (mode === "full" ? FullGenerator : DrbgGenerator)(zeroPool, system);
  return { cipher, system, generator };
}

describe.each(MODES)("stream, %s", (mode) => {
  test.each(["raw", "hex"] as const)("as %s: ends with what came before", async (format) => {
    const { cipher, generator } = failing(mode);
    const given: Uint8Array[] = [];
    const write = async (piece: Uint8Array) => {
      given.push(Uint8Array.from(piece));
      if (given.length === 2) cipher.breakAfter(1);
    };
    const options = { bytes: Number.POSITIVE_INFINITY, bytesPerSecond: undefined, timeoutMs: 60_000 };
    const error = await rejectionOf(pump(generator, encoder(format), options, write, never));
    expect(error).toBeInstanceOf(DrbgError);
    expect(error.message).toContain("hands out nothing");
    expect(given.length).toBeGreaterThanOrEqual(2);
    for (const piece of given) {
      const bytes = format === "hex" ? Buffer.from(Buffer.from(piece).toString(), "hex") : piece;
      expect(hasWrongBytes(bytes)).toBe(false);
    }
  });
});

describe("device", () => {
  test.each(MODES)("%s: what waits in the pipe is thrown away, and the command ends", async (mode) => {
    const folder = mkdtempSync(join(tmpdir(), "esoteric-entropy-"));
    try {
      const path = join(folder, "fifo");
      const { cipher, system, generator } = failing(mode);
      using fifo = Fifo.open(
        { path, mode: 0o600, pipeBytes: 4_096, userId: process.geteuid!() },
        loadLibrary(),
      );
      const served = rejectionOf(
        serveFifo(
          fifo,
          generator,
          (piece) => piece,
          512,
          () => ({ [Symbol.dispose]() {} }),
          () => {},
          never,
        ),
      );
      // A reader keeps the pipe open and takes nothing until it is full.
      const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      try {
        const callsWhenFull = async () => {
          for (let calls = -1; calls !== cipher.calls; ) {
            calls = cipher.calls;
            await new Promise<void>((resolve) => setImmediate(resolve));
          }
        };
        while (cipher.calls === 0) await new Promise<void>((resolve) => setImmediate(resolve));
        await callsWhenFull();
        cipher.breakAfter(0);
        // Another request of the process finds it.
        system.copy();
        expect(await served).toBeInstanceOf(DrbgError);
        expect(() => readSync(reader, new Uint8Array(1))).toThrow("EAGAIN"); // nothing is left
      } finally {
        closeSync(reader);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  describe.each(MODES)("--egd, %s", (mode) => {
    test.each(["read", "readReady"] as const)(
      "%s: the connection ends, and so does the command",
      async (way) => {
        const folder = mkdtempSync(join(tmpdir(), "esoteric-entropy-"));
        try {
          const path = join(folder, "s");
          const { cipher, generator } = failing(mode);
          const serving = Promise.withResolvers<void>();
          const deps = {
            pool: { readyBytes: 4_096 },
            generator,
            notice: () => ({ [Symbol.dispose]() {} }),
            warn() {},
            onListening() {},
            onServing: () => serving.resolve(),
          };
          const served = rejectionOf(serveEgd({ path, mode: 0o600 }, deps, never));
          await serving.promise;
          using client = await EgdClient.connect(path);
          expect((await client[way](64)).length).toBe(64);
          cipher.breakAfter(0);
          await expect(client[way](64)).rejects.toThrow("the connection ended after 0 of");
          expect(await served).toBeInstanceOf(DrbgError);
        } finally {
          rmSync(folder, { recursive: true });
        }
      },
    );
  });

  test("the kernel is fed nothing", async () => {
    const { cipher, generator } = failing("full");
    const fed: Uint8Array[] = [];
    const calls = {
      feedKernel: (bytes: Uint8Array) => void fed.push(Uint8Array.from(bytes)),
      reseedKernel() {},
    };
    const kernel = new KernelFeed(generator, calls, () => {});
    await kernel.feed(never);
    cipher.breakAfter(0);
    await expect(kernel.feed(never)).rejects.toThrow("error state");
    await expect(kernel.feed(never)).rejects.toThrow("error state");
    expect(fed.length).toBe(1);
  });
});

/** Breaks the cipher once the first part of an answer is there. */
async function expectToBreakOff(answer: Response, cipher: FailingCipher): Promise<void> {
  const got: Uint8Array[] = [];
  let isWhole = false;
  try {
    for await (const chunk of answer.body!) {
      got.push(chunk);
      cipher.breakAfter(0);
    }
    isWhole = true;
  } catch {
    // With an error by a connection, without one in this process.
  }
  expect(isWhole).toBe(false);
  expect(got.length).toBeGreaterThan(0);
  expect(hasWrongBytes(Buffer.concat(got))).toBe(false);
}

describe.each(MODES)("server, %s", (mode) => {
  const get = (it: ReturnType<typeof servedApp>, path: string) => it.app.request(`http://localhost${path}`);
  const paths = [
    "/api/v1/bytes?n=64",
    "/api/v1/bytes?n=300000",
    "/api/v1/random?length=8&type=hex16&size=16",
    "/api/v1/stream",
  ];

  test.each(paths)("%s is refused with the reason, and the status says so", async (path) => {
    const cipher = new FailingCipher();
    using it = servedApp({ mode, system: new FailingSystem(cipher), entropy: zeroPool });
    await it.random.ready();
    cipher.breakAfter(0);
    for (let tries = 0; tries < 2; tries++) {
      const answer = await get(it, path);
      expect(answer.status).toBe(500);
      const body = await answer.text();
      expect(body).toContain("hands out nothing");
      cipher.heal();
    }
    const health = await get(it, "/health");
    expect(health.status).toBe(503);
    const { status, reasons } = (await health.json()) as { status: string; reasons: string[] };
    expect(status).toBe("unavailable");
    expect(reasons[0]).toContain("error state");
    expect(await (await get(it, "/pool/status")).json()).toMatchObject({
      selfTest: { state: "failed" },
      grade: "F",
    });
    expect(await (await get(it, "/metrics")).text()).toContain("\nesoteric_entropy_self_test_failed 1\n");
  });

  test("/api/v1/stream breaks off, without a byte of the part that failed", async () => {
    const cipher = new FailingCipher();
    await using it = await listeningApp({ mode, system: new FailingSystem(cipher), entropy: zeroPool });
    await expectToBreakOff(await fetch(`${it.url}/api/v1/stream`), cipher);
    expect(it.random.failure).toContain("error state");
  });

  // In full mode an answer is made as a whole, as above.
  test.if(mode === "drbg")("/api/v1/bytes?n=1048576 breaks off likewise", async () => {
    const cipher = new FailingCipher();
    using it = servedApp({ mode, system: new FailingSystem(cipher), entropy: zeroPool });
    // Without a connection, whose buffers have room for all of it: parts are made as they are read.
    await expectToBreakOff(await get(it, "/api/v1/bytes?n=1048576"), cipher);
    expect(it.random.failure).toContain("error state");
  });

  test("/events shows no output any more, and its status says why", async () => {
    const cipher = new FailingCipher();
    using it = servedApp({ mode, system: new FailingSystem(cipher), entropy: zeroPool });
    await it.random.ready();
    const events = (await get(it, "/events")).body!.getReader();
    const next = async () => Buffer.from((await events.read()).value!).toString();
    expect(await next()).toContain('"selfTest":{"state":"passed"');
    cipher.breakAfter(0);
    it.tick(); // its output fails, silently
    it.tick();
    const seen = [await next(), await next()];
    expect(seen[1]).toContain('"selfTest":{"state":"failed"');
    expect(seen.join("")).not.toContain("event: output");
    await events.cancel();
  });
});

describe.each(MODES)("serve-stdio, %s: Python and Node.js", (mode) => {
  test("each request gets the error by its code, and the reports say so", async () => {
    const cipher = new FailingCipher();
    const sources = [
      fakeSource({ id: "a" }, fakeNoise(1)),
      fakeSource({ id: "b", family: "memory" }, fakeNoise(2)),
    ];
    using open = openFakePool(sources, new FailingSystem(cipher));
    using pool = new PoolService(open, 60_000);
    await pool.ready(mode);
    const client = new FrameClient();
    const call = async (method: string) => (method === "status" ? pool.status() : pool.healthReport());
    const session = new Session({ pool, call, test: async () => ({}) }, client.channel, never);
    const ended = session.run("0");
    await client.hearJson();
    cipher.breakAfter(0);
    for (const id of [1, 2]) {
      client.wantBytes(id, 4_096, MODES.indexOf(mode));
      const { kind, value } = await client.hearJson();
      expect(kind).toBe(FRAME.error);
      expect(value).toMatchObject({ code: "drbg", message: expect.stringContaining("hands out nothing") });
      cipher.heal();
    }
    // The other mode is made by the same cipher.
    client.wantBytes(3, 16, 1 - MODES.indexOf(mode));
    expect((await client.hearJson()).kind).toBe(FRAME.error);
    client.call(4, "healthReport");
    expect((await client.hearJson()).value).toMatchObject({
      healthy: false,
      selfTest: { state: "failed" },
      grade: "F",
    });
    client.end();
    await ended;
  });
});

test("the library on Bun: numbers kept ahead are dropped, and no more come", async () => {
  const { cipher, generator } = failing("drbg");
  await generator.ready();
  const pool = {
    get epoch() {
      return generator.epoch;
    },
    getRandomValues(array: Uint32Array) {
      fillAtOnce(generator, new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    },
  };
  const rng = new EsotericRandom(pool as unknown as EntropyPool);
  rng.random(); // a thousand words lie ready now
  cipher.breakAfter(0);
  expect(() => generator.fillNow(new Uint8Array(16))).toThrow(DrbgError);
  expect(() => rng.random()).toThrow("error state");
  expect(() => rng.integers(0, 10, 5)).toThrow("error state");
});
