/** The command on fake noise, with real FIFOs. */
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, lstatSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InterruptedError } from "#kit/term/exit.ts";
import { ServiceManager } from "#kit/term/service-manager.ts";
import { loadLibrary } from "../../ffi/index.ts";
import { device, deviceOptions } from "../../src/commands/device.ts";
import { NativeError, UsageError } from "../../src/errors.ts";
import { type DeviceDeps, serveDevice } from "../../src/faces/device/serve.ts";
import type { Host } from "../../src/platform/host.ts";
import { EgdClient } from "../support/egd-client.ts";
import { exitCodeOf } from "../support/exit-code.ts";
import { type FakeIo, fakeIo } from "../support/fake-io.ts";
import { type FakeSource, FakeThread, fakeHost, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { FifoReader, turn } from "../support/fifo-reader.ts";
import { COMPILE_TIMEOUT_MS, hostLibrary } from "../support/native-builds.ts";
import { NotifySocket } from "../support/notify-socket.ts";
import { optionsFor } from "../support/options.ts";

let host: Host;
let folder: string;
let path: string;

beforeAll(async () => {
  await hostLibrary();
  host = { ...fakeHost, native: { ok: true, library: loadLibrary() } };
}, COMPILE_TIMEOUT_MS);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-device-"));
  path = join(folder, "entropy");
});

afterEach(() => rmSync(folder, { recursive: true }));

const options = (args: Record<string, unknown>) => deviceOptions(optionsFor(device, args));

function depsOf(sources: readonly FakeSource[]): DeviceDeps {
  return {
    sources,
    host,
    userId: process.geteuid!(),
    env: {},
    startThread: () => new FakeThread(sources),
    warn: () => {},
  };
}

/** The command at work. Disposing interrupts it and sees to it that it ends. */
class Running implements AsyncDisposable {
  readonly io: FakeIo = fakeIo();
  readonly ended: Promise<unknown>;

  constructor(args: Record<string, unknown> = {}, source = fakeSource({ id: "noise" }, fakeNoise(5))) {
    const chosen = options({ path, sources: "default", ...args });
    this.ended = serveDevice(chosen, this.io, depsOf([source])).catch((error: unknown) => error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.io.interrupt.abort(new InterruptedError(143));
    expect(exitCodeOf(await this.ended)).toBe(143);
    expect(existsSync(path)).toBe(false);
  }
}

/** True if any 12 bytes in a row occur twice. By chance, in 100,000 random bytes: below 2⁻⁶². */
function repeats(bytes: Buffer): boolean {
  const seen = new Set<string>();
  for (let i = 0; i + 12 <= bytes.length; i++) {
    const window = bytes.toString("latin1", i, i + 12);
    if (seen.has(window)) return true;
    seen.add(window);
  }
  return false;
}

describe("device", () => {
  for (const mode of ["full", "drbg"]) {
    test(`${mode}: one reader after another gets what it asks for, and no byte twice`, async () => {
      await using _ = new Running({ mode });
      const pieces: Buffer[] = [];
      for (const length of [1, 1, 1, 32, 5000, 1, 4096, 4097, 1, 20_000, 3]) {
        using reader = new FifoReader(path);
        pieces.push(await reader.read(length));
      }
      expect(repeats(Buffer.concat(pieces))).toBe(false);
    });

    test(`${mode}: readers at the same time share the bytes`, async () => {
      await using _ = new Running({ mode });
      const readers = Array.from({ length: 3 }, () => new FifoReader(path));
      const pieces = await Promise.all(readers.map((reader) => reader.read(10_000)));
      for (const reader of readers) reader.close();
      expect(repeats(Buffer.concat(pieces))).toBe(false);
    });
  }

  test("hex is hex for every reader, wherever the one before has stopped", async () => {
    await using _ = new Running({ format: "hex" });
    for (const length of [1, 64, 3, 5000, 64]) {
      using reader = new FifoReader(path);
      expect((await reader.read(length)).toString()).toMatch(/^[0-9a-f]+$/);
    }
  });

  for (const size of ["64K", "1M"]) {
    test(`hex in pieces of ${size}`, async () => {
      await using _ = new Running({ mode: "drbg", format: "hex", "buffer-size": size });
      using reader = new FifoReader(path);
      expect((await reader.read(300_000)).toString()).toMatch(/^[0-9a-f]{300000}$/);
    });
  }

  test("hex in lines: each is whole but the first and the last that a reader gets", async () => {
    await using _ = new Running({ format: "hex", wrap: "50" });
    for (const length of [1, 64, 3, 5000, 64]) {
      using reader = new FifoReader(path);
      const [first, ...others] = (await reader.read(length)).toString().split("\n");
      const last = others.pop() ?? "";
      expect([first!.length <= 50, last.length <= 50]).toEqual([true, true]);
      for (const line of others) expect(line).toMatch(/^[0-9a-f]{50}$/);
      if (length === 5000) expect(others.length).toBeGreaterThan(90);
    }
  });

  test("nothing is sampled while nobody reads, and again once somebody does", async () => {
    let samples = 0;
    const noise = fakeNoise(5);
    const source = fakeSource({ id: "noise" }, () => {
      samples += 1;
      return noise();
    });
    await using _ = new Running({}, source);
    // Until it has not sampled for a hundred turns.
    for (let quiet = 0, before = -1; quiet < 100; before = samples) {
      await turn();
      quiet = samples === before ? quiet + 1 : 0;
    }
    const full = samples;
    for (let turns = 0; turns < 200; turns++) await turn();
    expect(samples).toBe(full);
    using reader = new FifoReader(path);
    await reader.read(20_000);
    expect(samples).toBeGreaterThan(full);
  });

  test("without entropy readers wait, and get nothing weaker", async () => {
    await using running = new Running(
      { mode: "drbg" },
      fakeSource({ id: "stuck" }, () => 5),
    );
    using reader = new FifoReader(path);
    for (let turns = 0; turns < 200; turns++) await turn();
    expect(reader.readReady().length).toBe(0);
    expect(running.io.talk()).toContain("random bytes at");
  });

  test("when no source can ever deliver it ends with exit code 3, and takes its FIFO with it", async () => {
    const source = fakeSource({ id: "absent" }, () => 0);
    source.unavailable = "there is none";
    const running = new Running({}, source);
    expect(exitCodeOf(await running.ended)).toBe(3);
    expect(existsSync(path)).toBe(false);
  });

  test("a FIFO that was there is left", async () => {
    loadLibrary().makeFifo(path, 0o600);
    const io = fakeIo();
    const chosen = options({ path, sources: "default" });
    const ended = serveDevice(chosen, io, depsOf([fakeSource({ id: "noise" }, fakeNoise(5))])).catch(
      (error: unknown) => error,
    );
    using reader = new FifoReader(path);
    await reader.read(10);
    io.interrupt.abort(new InterruptedError(130));
    expect(exitCodeOf(await ended)).toBe(130);
    expect(lstatSync(path).isFIFO()).toBe(true);
    expect(io.talk()).toContain("a FIFO that was there");
  });

  test("without the native library it says so", async () => {
    const deps = { ...depsOf([fakeSource({ id: "noise" }, fakeNoise(5))]), host: fakeHost };
    const chosen = options({ path, sources: "default" });
    expect(await serveDevice(chosen, fakeIo(), deps).catch((e: unknown) => e)).toBeInstanceOf(NativeError);
    expect(existsSync(path)).toBe(false);
  });
});

describe("options", () => {
  test("have the defaults that the help states", () => {
    expect(options({ path: "p" })).toMatchObject({
      kind: "fifo",
      path: "p",
      bufferBytes: 4096,
      mode: "full",
      format: "raw",
      modeBits: 0o600,
      sources: "default",
    });
    expect(options({ kernel: true })).toMatchObject({ kind: "kernel", intervalMs: 60_000 });
    expect(options({ path: "p", "mode-bits": "640", "buffer-size": "1M" })).toMatchObject({
      modeBits: 0o640,
      bufferBytes: 1 << 20,
    });
  });

  const sockets = ["unix:/run/egd.sock", "/run/egd.sock", "egd.sock", "unix:a:1", "./a:1", "unix:tcp"];
  test.each(sockets)("--egd takes the path of a socket: %s", (text) => {
    const path = text.replace(/^unix:/, "");
    expect(options({ egd: text })).toMatchObject({ kind: "egd", path, mode: "full", modeBits: 0o600 });
  });

  const addresses = ["", "unix:", "tcp:127.0.0.1:708", "localhost:708", "127.0.0.1:708", "fd:3", "http://a/"];
  test.each(addresses)("--egd takes nothing else: '%s'", (egd) => {
    expect(() => options({ egd })).toThrow(UsageError);
  });

  const mistakes: Record<string, unknown>[] = [
    {},
    { path: "" },
    { path: "p", "buffer-size": "4095" },
    { path: "p", "buffer-size": "1048577" },
    { path: "p", "buffer-size": "-1" },
    { path: "p", "mode-bits": "0800" },
    { path: "p", "mode-bits": "4755" },
    { path: "p", "mode-bits": "rw" },
    { path: "p", interval: "1" },
    { path: "p", kernel: true },
    { kernel: true, mode: "drbg" },
    { kernel: true, format: "raw" },
    { kernel: true, "mode-bits": "0600" },
    { kernel: true, "buffer-size": "4K" },
    { kernel: true, interval: "0" },
    { kernel: true, egd: "s" },
    { egd: "s", path: "p" },
    { egd: "s", format: "raw" },
    { egd: "s", wrap: "9" },
    { egd: "s", "buffer-size": "4K" },
    { egd: "s", interval: "1" },
  ];
  for (const args of mistakes) {
    test(`that make no sense are usage errors: ${JSON.stringify(args)}`, () => {
      expect(() => options(args)).toThrow(UsageError);
    });
  }

  test("each is explained", () => {
    for (const arg of Object.values(device.flags)) expect(arg.about.length).toBeGreaterThan(3);
  });
});

describe("device --kernel", () => {
  test("is for Linux", async () => {
    const deps = depsOf([fakeSource({ id: "noise" }, fakeNoise(5))]);
    const onMac: DeviceDeps = { ...deps, host: { ...host, os: "darwin" } };
    const failure = await serveDevice(options({ kernel: true }), fakeIo(), onMac).catch((e: unknown) => e);
    expect(failure).toBeInstanceOf(UsageError);
  });

  test("feeds until it is interrupted", async () => {
    const io = fakeIo();
    const credits: number[] = [];
    const feedKernel = (_: Uint8Array, bits: number) => {
      credits.push(bits);
      if (credits.length === 3) io.interrupt.abort(new InterruptedError(143));
    };
    const deps = depsOf([fakeSource({ id: "noise" }, fakeNoise(5))]);
    const native = { ok: true as const, library: { ...loadLibrary(), feedKernel, reseedKernel() {} } };
    const chosen = options({ kernel: true, interval: "1ms", sources: "default" });
    const ended = await serveDevice(chosen, io, { ...deps, host: { ...host, os: "linux", native } }).catch(
      (error: unknown) => error,
    );
    expect([exitCodeOf(ended), credits]).toEqual([143, [256, 256, 256]]);
  });
});

describe.if(process.platform === "linux")("under a service manager", () => {
  const noise = () => fakeSource({ id: "noise" }, fakeNoise(5));

  /** Starts the command over a kernel that is none. @param onFeed is called before the kernel's answer */
  function started(
    args: Record<string, unknown>,
    env: Record<string, string>,
    source: FakeSource,
    onFeed = () => {},
  ) {
    const io = fakeIo();
    const library = { ...loadLibrary(), feedKernel: onFeed, reseedKernel() {} };
    const machine: Host = { ...host, os: "linux", native: { ok: true, library } };
    const deps = { ...depsOf([source]), host: machine, env };
    const ended = serveDevice(options({ sources: "default", ...args }), io, deps).catch((e: unknown) => e);
    return {
      async [Symbol.asyncDispose]() {
        io.interrupt.abort(new InterruptedError(143));
        expect(exitCodeOf(await ended)).toBe(143);
      },
    };
  }

  test("--kernel is ready once the kernel got its first block, not before, says how many it got, and that it stops", async () => {
    using socket = new NotifySocket(join(folder, "notify"));
    const before: string[] = [];
    const lines: string[] = [];
    {
      const feed = () => void before.push(...socket.lines());
      const args = { kernel: true, interval: "1ms" };
      await using _ = started(args, { NOTIFY_SOCKET: socket.name }, noise(), feed);
      while (before.length < 3) await turn();
      expect(before.slice(0, 2)).toEqual(["STATUS=the kernel got 1 × 256 bits of entropy", "READY=1"]);
      expect(before.slice(2).every((line) => line.startsWith("STATUS="))).toBe(true);
      socket.lines();
    }
    lines.push(...socket.lines());
    expect(lines.at(-1)).toBe("STOPPING=1");
    expect(before.concat(lines).filter((line) => line === "READY=1")).toHaveLength(1);
  });

  test("--kernel without entropy never says that it is ready, nor anything to the watchdog", async () => {
    using socket = new NotifySocket(join(folder, "notify"));
    const env = { NOTIFY_SOCKET: socket.name, WATCHDOG_USEC: "2000" };
    {
      await using _ = started(
        { kernel: true },
        env,
        fakeSource({ id: "stuck" }, () => 5),
      );
      for (let turns = 0; turns < 200; turns++) await turn();
    }
    expect(socket.lines()).toEqual(["STOPPING=1"]);
  });

  test("the watchdog hears of --kernel while it is fed or waits for its time, and no more once the noise hangs", async () => {
    using socket = new NotifySocket(join(folder, "notify"));
    const env = { NOTIFY_SOCKET: socket.name, WATCHDOG_USEC: "200000" };
    const source = noise();
    await using _ = started({ kernel: true, interval: "1ms" }, env, source);
    for (let heard = 0; heard < 3; heard++) await socket.until("WATCHDOG=1");
    source.hangs = "obediently";
    // The bytes that are ready are fed first. A watchdog over nothing tells the time.
    using clock = new NotifySocket(join(folder, "clock"));
    using other = new ServiceManager({ ...env, NOTIFY_SOCKET: clock.name }, fakeIo());
    other.ready("runs");
    for (let quiet = 0; quiet < 4; ) {
      await clock.until("WATCHDOG=1");
      quiet = socket.lines().length === 0 ? quiet + 1 : 0;
    }
  });

  for (const kind of ["fifo", "egd"]) {
    test(`${kind}: ready means that there are bytes`, async () => {
      using socket = new NotifySocket(join(folder, "notify"));
      const args = kind === "fifo" ? { path } : { egd: `unix:${path}` };
      await using _ = started(args, { NOTIFY_SOCKET: socket.name }, noise());
      const lines = await socket.until("READY=1");
      expect(lines.join()).toContain(path);
      if (kind === "fifo") {
        using reader = new FifoReader(path);
        expect(reader.readReady().length).toBeGreaterThanOrEqual(512);
      } else {
        using client = await EgdClient.connect(path);
        expect((await client.read(32)).length).toBe(32);
      }
    });
  }
});
