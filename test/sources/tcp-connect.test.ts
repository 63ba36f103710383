import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { loadLibrary, type NativeLibrary } from "../../ffi/index.ts";
import { NativeError, SourceError } from "../../src/errors.ts";
import type { Host, Settings } from "../../src/platform/host.ts";
import { tcpConnect, tcpConnectSource } from "../../src/sources/tcp-connect.ts";
import { fakeHost } from "../support/fake-host.ts";
import { Loopback } from "../support/loopback.ts";
import { COMPILE_TIMEOUT_MS, hostLibrary } from "../support/native-builds.ts";
import { rejectionOf } from "../support/rejection.ts";
import { FEW_TURNS, turnsUntilSettled } from "../support/turns.ts";

let library: NativeLibrary;
let nullLibrary: NativeLibrary;
const loopback = new Loopback();

beforeAll(async () => {
  library = loadLibrary({ path: await hostLibrary() });
  nullLibrary = loadLibrary({ path: await hostLibrary("EE_NULL_CLOCK") });
}, COMPILE_TIMEOUT_MS);

afterAll(() => loopback.end());

const signal = new AbortController().signal;

function hostFor(settings: Partial<Settings>, own = library): Host {
  return { ...fakeHost({ settings }), native: { ok: true, library: own } };
}

const quick = tcpConnectSource({ paceMs: 0 });

async function take(n: number, host: Host, source = quick): Promise<bigint[]> {
  await using sampler = await source.open(host);
  return [...(await sampler.sample(n, signal)).samples];
}

test("availability says what is missing", async () => {
  const reasonOf = async (host: Host) => {
    const state = await tcpConnect.availability(host);
    return state.ok ? undefined : state.reason;
  };
  expect(await reasonOf(hostFor({}))).toBe("no target; give one with --connect host:port");
  expect(await reasonOf(hostFor({ connectTo: "example.test" }))).toBe(
    "the target 'example.test' is not host:port",
  );
  expect(await reasonOf(hostFor({ connectTo: "example.test:443", offline: true }))).toBe("offline");
  expect(await reasonOf(fakeHost({ settings: { connectTo: "example.test:443" } }))).toMatch(/no native/);
  for (const connectTo of ["example.test:443", "192.0.2.1:1", "[2001:db8::1]:80"])
    expect(await reasonOf(hostFor({ connectTo }))).toBeUndefined();
  expect(await rejectionOf(tcpConnect.open(hostFor({})))).toBeInstanceOf(SourceError);
});

describe("on this machine", () => {
  for (const behaviour of ["accepts", "resets"] as const) {
    test(`a server that ${behaviour} gives exactly as many times as asked for`, async () => {
      await using server = await loopback.tcp(behaviour);
      await using sampler = await quick.open(hostFor({ connectTo: `127.0.0.1:${server.port}` }));
      const first = await sampler.sample(30, signal);
      const second = await sampler.sample(2, signal);
      expect([first.samples.length, first.discarded, second.samples.length]).toEqual([30, 1, 2]);
      expect(first.sourceId).toBe("tcp_connect");
      for (const ticks of first.samples) expect(ticks > 0n && ticks < 2n ** 40n).toBe(true);
    });
  }

  test("a refusal is an answer, too", async () => {
    const port = await loopback.closedPort("tcp");
    expect(await take(20, hostFor({ connectTo: `127.0.0.1:${port}` }))).toHaveLength(20);
  });

  test("a name is looked up", async () => {
    await using server = await loopback.tcp("accepts");
    // RFC 6761 §6.3: this name never leaves the machine. It may stand for an address nobody listens on.
    expect(await take(2, hostFor({ connectTo: `localhost:${server.port}` }))).toHaveLength(2);
  });

  test("no connection stays behind", async () => {
    await using server = await loopback.tcp("accepts");
    const host = hostFor({ connectTo: `127.0.0.1:${server.port}` });
    await take(1, host);
    const before = openDescriptors();
    for (let i = 0; i < 1000; i++) await take(1, host);
    // The server lives in this process, and a busy one has yet to close its ends. If ours stayed open, waiting would not help.
    while (openDescriptors() > before + 5) await new Promise((resolve) => setTimeout(resolve, 5));
    if (process.platform !== "linux") return;
    // Column 3: the peer's port; column 4: 06 is TIME_WAIT.
    const port = server.port.toString(16).toUpperCase().padStart(4, "0");
    const waiting = readFileSync("/proc/net/tcp", "utf8").match(new RegExp(`:${port} 06 `, "g"));
    expect(waiting).toBeNull();
  }, 20_000);

  test("under the null clock every connection takes one step", async () => {
    await using server = await loopback.tcp("accepts");
    const samples = await take(50, hostFor({ connectTo: `127.0.0.1:${server.port}` }, nullLibrary));
    expect(new Set(samples)).toEqual(new Set([1n]));
  });
});

describe("where no answer comes", () => {
  /** A network in which packets get lost: connections that are never done. */
  function lossy(steps: { cancelled: number; answers?: boolean }): Host {
    return fakeHost({
      settings: { connectTo: "192.0.2.1:80" },
      kernels: {
        tcp_connect_start: (words) => words.set([7n, 0n, 1n, 0n]),
        tcp_connect_finish: (words) => {
          if (steps.answers) words.set([7n, 1n, 1n, 99n]);
        },
        tcp_connect_cancel: () => {
          steps.cancelled += 1;
        },
      },
    });
  }

  test("silence is an error in time, and every socket is closed", async () => {
    const steps = { cancelled: 0 };
    const error = await rejectionOf(take(1, lossy(steps), tcpConnectSource({ tryMs: 30 })));
    expect(error.message).toBe("tcp_connect: no answer from 192.0.2.1:80 in 2 tries of 30 ms");
    expect(steps.cancelled).toBe(2);
  });

  test("an abort is obeyed at once, and the socket closed", async () => {
    const steps = { cancelled: 0 };
    await using sampler = await tcpConnect.open(lossy(steps));
    const abort = new AbortController();
    const reason = new Error("enough");
    const sampling = sampler.sample(1, abort.signal);
    await new Promise((resolve) => setTimeout(resolve, 5));
    abort.abort(reason);
    expect(await turnsUntilSettled(sampling)).toBeLessThanOrEqual(FEW_TURNS);
    expect(await rejectionOf(sampling)).toBe(reason);
    expect(steps.cancelled).toBe(1);
  });

  test("what the system says is passed on", async () => {
    const host = fakeHost({
      settings: { connectTo: "192.0.2.1:80" },
      kernels: {
        tcp_connect_start() {
          throw new NativeError("tcp_connect_start: ENETUNREACH (errno 101)", 101);
        },
        tcp_connect_finish: () => {},
        tcp_connect_cancel: () => {},
      },
    });
    const error = await rejectionOf(take(1, host));
    expect(error).toBeInstanceOf(SourceError);
    expect(error.message).toBe("tcp_connect: tcp_connect_start: ENETUNREACH (errno 101)");
  });

  test("an answer on the last look counts", async () => {
    expect(await take(3, lossy({ cancelled: 0, answers: true }))).toEqual([99n, 99n, 99n]);
  });
});

function openDescriptors(): number {
  return readdirSync(process.platform === "darwin" ? "/dev/fd" : "/proc/self/fd").length;
}
