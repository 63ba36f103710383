import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Counters } from "../../src/sources/acquire/counters/gauge.ts";
import { parseNetworkTable, parseProcessorTable, parseStat, sysctl } from "../../src/sources/sysctl.ts";
import { fakeHost } from "../support/fake-host.ts";

const never = new AbortController().signal;

function capture(name: string): string {
  return readFileSync(join(import.meta.dir, "../fixtures/linux", `vm_proc_${name}.txt`), "utf8");
}

/** Returns the changes from the first capture to the second, 10 ms later. */
function changes(name: string, parse: (text: string) => Counters): Record<string, bigint> {
  const [before, after] = ["a", "b"].map((which) => parse(capture(`${name}.${which}`)));
  expect([...before!.keys()]).toEqual([...after!.keys()]);
  return Object.fromEntries(
    [...after!]
      .map(([key, value]) => [key, value - before!.get(key)!] as const)
      .filter(([, change]) => change !== 0n),
  );
}

describe("captures of a Linux machine", () => {
  test("/proc/stat: no clocks, no sums", () => {
    expect(changes("stat", parseStat)).toEqual({ ctxt: 948n, processes: 33n });
    expect(parseStat(capture("stat.a")).size).toBe(2);
  });

  test("/proc/interrupts: by processor, without the timer", () => {
    expect(changes("interrupts", parseProcessorTable)).toEqual({
      "36 CPU1": 265n,
      "41 CPU0": 1n,
      "42 CPU1": 2n,
      "RES CPU0": 54n,
      "RES CPU1": 22n,
      "CAL CPU0": 9n,
      "CAL CPU1": 1n,
      "TLB CPU0": 9n,
      "TLB CPU1": 1n,
    });
    const counters = parseProcessorTable(capture("interrupts.a"));
    expect(counters.has("LOC CPU0")).toBe(false);
    expect(counters.get("ERR CPU0")).toBe(0n);
    expect(counters.has("ERR CPU1")).toBe(false);
  });

  test("/proc/softirqs", () => {
    expect(changes("softirqs", parseProcessorTable)).toEqual({
      "BLOCK CPU1": 266n,
      "SCHED CPU0": 5n,
      "SCHED CPU1": 5n,
      "RCU CPU0": 37n,
      "RCU CPU1": 38n,
    });
  });

  test("/proc/net/snmp and netstat: names from one line, counts from the next", () => {
    const snmp = parseNetworkTable(capture("net_snmp.a"));
    expect(snmp.get("Ip: DefaultTTL")).toBe(64n);
    expect(snmp.get("Tcp: MaxConn")).toBe(-1n);
    expect(parseNetworkTable(capture("net_netstat.a")).size).toBeGreaterThan(100);
  });
});

describe("text that is not understood is an error, never a number", () => {
  const cases: [string, (text: string) => Counters, string][] = [
    ["stat without its counters", parseStat, "cpu  1 2 3\nbtime 4\n"],
    ["stat with noise", parseStat, "ctxt 5\nprocesses 6\nctxt x\n"],
    ["stat with two numbers", parseStat, "ctxt 5 6\nprocesses 7\n"],
    ["table without processors", parseProcessorTable, " 1: 2 3\n"],
    ["table with a row without counts", parseProcessorTable, " CPU0\n 1: edge\n"],
    ["table with a row without a name", parseProcessorTable, " CPU0\n 17 3\n"],
    ["names without counts", parseNetworkTable, "Tcp: A B\n"],
    ["too few counts", parseNetworkTable, "Tcp: A B\nTcp: 1\n"],
    ["another protocol's counts", parseNetworkTable, "Tcp: A\nUdp: 1\n"],
    ["no counts", parseNetworkTable, "Tcp: A\nTcp: x\n"],
  ];
  for (const [name, parse, text] of cases) test(name, () => expect(() => parse(text)).toThrow(SyntaxError));
});

test("looks only at files that are there", async () => {
  let look = 0;
  const host = fakeHost({ files: { "/proc/stat": () => `ctxt ${++look * 3}\nprocesses 5\n` } });
  expect(await sysctl.availability(host)).toEqual({ ok: true });
  await using sampler = await sysctl.open(host);
  expect([...(await sampler.sample(3, never)).samples]).toEqual([3n, 3n, 3n]);
  expect(await sysctl.availability(fakeHost())).toEqual({ ok: false, reason: "no readable /proc" });
});

test("macOS: what the native library counts", async () => {
  let look = 0n;
  const host = fakeHost({
    os: "darwin",
    kernels: {
      sysctl: (out) => {
        look += 1n;
        out.fill(0n);
        out[3] = 100n - look;
        out[5] = look * look;
      },
    },
  });
  await using sampler = await sysctl.open(host);
  const { samples } = await sampler.sample(4, never);
  expect(samples[0]).toBe((1n << 64n) - 1n);
  expect(samples[2]).toBe((1n << 64n) - 1n);
  expect(samples[3]).toBe(samples[1]! + 2n);
  expect(await sysctl.availability(fakeHost({ os: "darwin" }))).toMatchObject({ ok: false });
});
