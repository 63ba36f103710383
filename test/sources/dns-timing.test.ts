import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { loadLibrary, type NativeLibrary } from "../../ffi/index.ts";
import { NativeError, SourceError } from "../../src/errors.ts";
import type { Host } from "../../src/platform/host.ts";
import { dnsTiming, dnsTimingSource } from "../../src/sources/dns-timing.ts";
import { replyTo } from "../support/dns-reply.ts";
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

function hostFor(resolver: string | undefined, own = library, resolvConf?: string): Host {
  const files = resolvConf === undefined ? {} : { "/etc/resolv.conf": resolvConf };
  return { ...fakeHost({ files, settings: { resolver } }), native: { ok: true, library: own } };
}

/** Quick, for servers that are near; hasty, for those that will not answer. */
const quick = dnsTimingSource({ paceMs: 0 });
const hasty = dnsTimingSource({ paceMs: 0, tryMs: 40 });

async function take(n: number, host: Host, source = quick): Promise<bigint[]> {
  await using sampler = await source.open(host);
  return [...(await sampler.sample(n, signal)).samples];
}

describe("availability", () => {
  async function reasonOf(host: Host): Promise<string | undefined> {
    const state = await dnsTiming.availability(host);
    return state.ok ? undefined : state.reason;
  }

  test("says what is missing", async () => {
    const host = hostFor(undefined);
    expect(await reasonOf(host)).toBe("no DNS server: /etc/resolv.conf names none");
    expect(await reasonOf(hostFor("dns.test"))).toBe(
      "the resolver 'dns.test' is neither address nor address:port",
    );
    expect(await reasonOf(hostFor("192.0.2.1:0"))).toMatch(/neither/);
    expect(await reasonOf({ ...host, settings: { ...host.settings, offline: true } })).toBe("offline");
    expect(await reasonOf(fakeHost())).toMatch(/no native library/);
  });

  test("takes addresses with and without a port, and the system's", async () => {
    for (const resolver of ["192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]:53"])
      expect(await reasonOf(hostFor(resolver))).toBeUndefined();
    expect(await reasonOf(hostFor(undefined, library, "# none\nnameserver 192.0.2.7\n"))).toBeUndefined();
  });

  test("what is unavailable does not open", async () => {
    expect(await rejectionOf(dnsTiming.open(hostFor("nonsense")))).toBeInstanceOf(SourceError);
  });
});

describe("an honest server", () => {
  test("gives exactly as many round trips as asked for", async () => {
    await using server = await loopback.dns("honest");
    await using sampler = await quick.open(hostFor(`127.0.0.1:${server.port}`));
    const first = await sampler.sample(40, signal);
    const second = await sampler.sample(3, signal);
    expect([first.samples.length, first.discarded]).toEqual([40, 1]);
    expect([second.samples.length, second.discarded]).toEqual([3, 0]);
    expect(first.sourceId).toBe("dns_timing");
    for (const ticks of first.samples) expect(ticks > 0n && ticks < 2n ** 40n).toBe(true);
    const questions = await server.heard(44);
    expect(questions).toHaveLength(44);
    // Identifiers come from 2^16: 44 equal ones have a chance of 2^-688.
    expect(new Set(questions.map((question) => question.readUInt16BE(0))).size).toBeGreaterThan(1);
    // But for these, all questions are one and the same: every sample times the same work.
    expect(new Set(questions.map((question) => question.subarray(2).toString("hex"))).size).toBe(1);
  });

  test("over IPv6, where there is any", async () => {
    if (!hasIpv6()) {
      console.warn("skipped: no IPv6 here");
      return;
    }
    await using server = await loopback.dns("honest", "::1");
    expect(await take(2, hostFor(`[::1]:${server.port}`))).toHaveLength(2);
  });

  test("is asked no faster than the pace allows", async () => {
    await using server = await loopback.dns("honest");
    const startedMs = performance.now();
    await take(4, hostFor(`127.0.0.1:${server.port}`), dnsTimingSource({ paceMs: 20 }));
    expect(performance.now() - startedMs).toBeGreaterThan(75);
  });

  test("costs no sockets", async () => {
    await using server = await loopback.dns("honest");
    const host = hostFor(`127.0.0.1:${server.port}`);
    await take(1, host);
    const before = openDescriptors();
    for (let i = 0; i < 200; i++) await take(1, host);
    for (let i = 0; i < 800; i++) await (await quick.open(host))[Symbol.asyncDispose]();
    expect(openDescriptors()).toBeLessThanOrEqual(before);
  });

  test("takes one step of the null clock", async () => {
    await using server = await loopback.dns("honest");
    expect(new Set(await take(50, hostFor(`127.0.0.1:${server.port}`, nullLibrary)))).toEqual(new Set([1n]));
  });
});

describe("lies and silence", () => {
  for (const behaviour of [
    "silent",
    "garbage",
    "empty",
    "huge",
    "cut short",
    "other question",
    "question itself",
    "wrong identifier",
    "endless lies",
    "by a stranger",
  ] as const) {
    test(`${behaviour}: an error in time`, async () => {
      await using server = await loopback.dns(behaviour);
      const error = await rejectionOf(take(1, hostFor(`127.0.0.1:${server.port}`), hasty));
      expect(error).toBeInstanceOf(SourceError);
      expect(error.message).toMatch(/^dns_timing: no DNS reply from 127\.0\.0\.1:\d+ in 40 ms, try 2 of 2$/);
      expect(await server.heard(2)).toHaveLength(2);
    });
  }

  test("lies are passed over, the truth behind them is taken", async () => {
    await using server = await loopback.dns("lies, then the truth");
    expect(await take(5, hostFor(`127.0.0.1:${server.port}`))).toHaveLength(5);
    expect(await server.heard(6)).toHaveLength(6);
  });

  test("an answer that comes a question too late is no answer", async () => {
    await using server = await loopback.dns("one behind");
    const error = await rejectionOf(take(1, hostFor(`127.0.0.1:${server.port}`), hasty));
    expect(error.message).toMatch(/no DNS reply/);
  });

  test("where nobody listens the error comes at once", async () => {
    const port = await loopback.closedPort("dns");
    const error = await rejectionOf(take(1, hostFor(`127.0.0.1:${port}`)));
    expect(error.message).toMatch(/ECONNREFUSED .*try 2 of 2/);
  });

  test("an abort is obeyed at once", async () => {
    await using server = await loopback.dns("silent");
    await using sampler = await dnsTiming.open(hostFor(`127.0.0.1:${server.port}`));
    const abort = new AbortController();
    const reason = new Error("enough");
    const sampling = sampler.sample(1, abort.signal);
    abort.abort(reason);
    expect(await turnsUntilSettled(sampling)).toBeLessThanOrEqual(FEW_TURNS);
    expect(await rejectionOf(sampling)).toBe(reason);
  });
});

test("of the system's servers the next one is asked when one fails, and then stays", async () => {
  const opened: string[] = [];
  let query = Buffer.alloc(0);
  const words = (array: BigUint64Array) => Buffer.from(array.buffer);
  const host = fakeHost({
    files: { "/etc/resolv.conf": "nameserver 192.0.2.1\nnameserver fe80::1%eth0\nnameserver 192.0.2.3\n" },
    kernels: {
      dns_timing_open(array) {
        const text = words(array).subarray(8);
        opened.push(`${text.toString("latin1", 0, text.indexOf(0))} ${array[0]}`);
        if (opened.length === 1) throw new NativeError("dns_timing_open: ENETUNREACH (errno 101)", 101);
      },
      dns_timing_send: (array) => {
        query = Buffer.from(words(array).subarray(32, 32 + Number(array[1])));
      },
      dns_timing_receive(array) {
        const reply = replyTo(query);
        words(array).set(reply, 32);
        array[1] = BigInt(reply.length);
        array[3] = 77n;
      },
      dns_timing_close: () => {},
    },
  });
  expect(await take(3, host)).toEqual([77n, 77n, 77n]);
  expect(opened).toEqual(["192.0.2.1 53", "fe80::1%eth0 53"]);
});

function openDescriptors(): number {
  return readdirSync(process.platform === "darwin" ? "/dev/fd" : "/proc/self/fd").length;
}

function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));
}
