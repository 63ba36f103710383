import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SourceError } from "../../src/errors.ts";
import { ioregistry, parseIoreg, parseNumbers } from "../../src/sources/ioregistry.ts";
import { fakeHost } from "../support/fake-host.ts";
import { rejectionOf } from "../support/rejection.ts";

const never = new AbortController().signal;
const COMMAND = "ioreg -l -w0";

function fixture(which: string): string {
  return readFileSync(join(import.meta.dir, "../fixtures/macos", `ioreg_l_w0.${which}.txt`), "utf8");
}

describe("ioreg's output", () => {
  const before = parseIoreg(fixture("a"));

  test("numbers by entry and key, those in dictionaries too; no data, lists, texts or clocks", () => {
    expect(before.get("0x10000088a Voltage")).toBe(12_291n);
    expect(before.get("0x10000088a InstantAmperage")).toBe(18_446_744_073_709_550_724n);
    expect(before.get("0x10000088a BatteryData LifetimeData AverageTemperature")).toBe(29n);
    expect(before.get("0x1000003f1 PerformanceStatistics Device Utilization %")).toBe(12n);
    expect(before.get("0x100000100 IOKitDiagnostics Classes IOSurface")).toBe(1_893n);
    const keys = [...before.keys()].join("\n");
    for (const absent of [
      "Qmax",
      "CellVoltage",
      "UpdateTime",
      "Total Time",
      "ManufacturerData",
      "SerialNumber",
    ])
      expect(keys).not.toContain(absent);
  });

  test("what changed between two looks", () => {
    const after = parseIoreg(fixture("b"));
    const changes = [...after].map(([key, value]) => [key, value - before.get(key)!] as const);
    expect(Object.fromEntries(changes.filter(([, change]) => change !== 0n))).toEqual({
      "0x100000100 IOKitDiagnostics Container allocation": 432n,
      "0x100000100 IOKitDiagnostics Classes IOSurface": 2n,
      "0x1000003f1 PerformanceStatistics Renderer Utilization %": -2n,
      "0x1000003f1 PerformanceStatistics Device Utilization %": -2n,
      "0x1000003f1 PerformanceStatistics In use system memory": 16_384n,
      "0x100000512 Statistics Operations (Write)": 7n,
      "0x100000512 Statistics Bytes (Write)": 57_344n,
    });
  });

  test("the same key of two entries is two counters", () => {
    const entry = (id: string, n: number) =>
      `+-o Disk  <class IOMedia, id ${id}, active>\n  {\n    "n" = ${n}\n  }\n`;
    expect([...parseIoreg(entry("0x1", 5) + entry("0x2", 6))]).toEqual([
      ["0x1 n", 5n],
      ["0x2 n", 6n],
    ]);
  });

  test("a dictionary that is not closed or not understood gives nothing", () => {
    const line = (value: string) => parseIoreg(`+-o X  <class X, id 0x7, active>\n    "d" = ${value}\n`);
    expect([...line(`{"a"=1,"b"={"c"=2},"e"=(3,{"f"=4}),"g"="5,6","h"=<07>,"i"=Yes,"j"=8}`)]).toEqual([
      ["0x7 d a", 1n],
      ["0x7 d b c", 2n],
      ["0x7 d j", 8n],
    ]);
    expect([...line("{}")]).toEqual([]);
    for (const bad of [
      `{"a"=1`,
      `{"a"=1,`,
      `{"a"=}`,
      `{"a"}`,
      `{"a"=1}}`,
      `{"a"=1,"b"=(2}`,
      `{a=1}`,
      `{"a"="}`,
      "{{{{",
      "{,}",
    ])
      expect([...line(bad)], bad).toEqual([]);
  });

  test("something else, or half of it, is an error", () => {
    expect(() => parseIoreg("")).toThrow(SyntaxError);
    expect(() => parseIoreg("ioreg: error: can't obtain I/O registry\n")).toThrow(SyntaxError);
    expect(() => parseIoreg(fixture("a").trimEnd().slice(0, -3))).toThrow(SyntaxError);
  });
});

describe("macOS", () => {
  test("deltas from one run of the tool to the next", async () => {
    let run = 0;
    const entry = () => {
      run += 1;
      return `+-o Disk  <class IOMedia, id 0x1, active>\n    "reads" = ${run ** 2}\n    "size" = 9\n`;
    };
    const host = fakeHost({ os: "darwin", tools: { [COMMAND]: entry } });
    expect(await ioregistry.availability(host)).toEqual({ ok: true });
    expect(host.toolCalls).toEqual([]);
    await using sampler = await ioregistry.open(host);
    const { samples } = await sampler.sample(3, never);
    expect([samples[1]! - samples[0]!, samples[2]! - samples[1]!]).toEqual([2n, 2n]);
    expect(new Set(host.toolCalls)).toEqual(new Set([COMMAND]));
  });

  test("no tool; a tool that fails; a tool that hangs", async () => {
    expect(await ioregistry.availability(fakeHost({ os: "darwin" }))).toEqual({
      ok: false,
      reason: "no tool ioreg",
    });
    expect(await rejectionOf(ioregistry.open(fakeHost({ os: "darwin" })))).toBeInstanceOf(SourceError);

    const failing = await ioregistry.open(fakeHost({ os: "darwin", tools: { [COMMAND]: { exitCode: 1 } } }));
    expect((await rejectionOf(failing.sample(1, never))).message).toBe("ioregistry: ioreg: exit code 1");

    const controller = new AbortController();
    const hanging = await ioregistry.open(fakeHost({ os: "darwin", tools: { [COMMAND]: { hangs: true } } }));
    const sampling = hanging.sample(1, controller.signal);
    controller.abort(new Error("enough"));
    expect((await rejectionOf(sampling)).message).toBe("enough");
  });
});

describe("Linux", () => {
  test("files of interfaces, disks and processors; a disk's clocks are left out", async () => {
    let look = 0;
    const host = fakeHost({
      files: {
        "/sys/class/net/eth0/statistics/rx_packets": () => `${++look * 5}\n`,
        "/sys/class/net/eth0/statistics/rx_errors": "0\n",
        "/sys/block/sda/stat": () => `${look ** 2} 0 0 ${look} 0 0 0 0 0 ${look} ${look}\n`,
        "/sys/devices/system/cpu/cpu0/cpuidle/state1/usage": () => `${look ** 3}\n`,
        "/sys/devices/system/cpu/cpu0/cpuidle/state1/time": () => `${look}\n`,
      },
    });
    expect(await ioregistry.availability(host)).toEqual({ ok: true });
    await using sampler = await ioregistry.open(host);
    const { samples } = await sampler.sample(6, never);
    for (const i of [0, 3]) {
      expect(samples[i]).toBe(5n);
      const t = (samples[i + 1]! + 1n) / 2n;
      expect(samples[i + 2]).toBe(3n * t * t - 3n * t + 1n);
    }
  });

  test("a disk's columns", () => {
    const numbers = parseNumbers("   1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n");
    expect([...numbers.values()]).toEqual([1, 2, 3, 5, 6, 7, 9, 12, 13, 14, 16].map(BigInt));
    for (const text of ["\n", "x\n", "1 x\n", "1.5\n"]) expect(() => parseNumbers(text)).toThrow(SyntaxError);
  });

  test("where no counter moves it is not available, and does not open", async () => {
    expect(await ioregistry.availability(fakeHost())).toMatchObject({ ok: false });
    const still = fakeHost({
      files: {
        "/sys/class/net/lo/statistics/rx_bytes": "106797189199\n",
        "/sys/block/vda/stat": "5103465 368683 94080594 3054858 876705 2684149\n",
        "/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq": "2000000\n",
      },
    });
    const answer = {
      ok: false,
      reason: "no device counter changed in 20 ms: the devices are idle, and no processor is",
    };
    expect(await ioregistry.availability(still)).toEqual(answer);
    expect((await rejectionOf(ioregistry.open(still))).message).toContain("no device counter changed");
  });
});
