import { describe, expect, test } from "bun:test";
import { SourceError, ToolError } from "../../src/errors.ts";
import type { Host } from "../../src/platform/host.ts";
import { parseBluetoothProfile, parseScanLine } from "../../src/sources/acquire/radio/bluetooth-reports.ts";
import { bluetoothNoise, bluetoothNoiseSource } from "../../src/sources/bluetooth-noise.ts";
import { fakeHost } from "../support/fake-host.ts";
import { fixture } from "../support/fixture.ts";
import { rejectionOf } from "../support/rejection.ts";
import { FAULTY, standIns } from "../support/stand-ins.ts";
import { FEW_TURNS, turnsUntilSettled } from "../support/turns.ts";

const signal = new AbortController().signal;

const scan = fixture("linux/bluetoothctl_scan.txt");
const controller = { "/sys/class/bluetooth": ["hci0"] };

async function take(n: number, host: Host, silenceMs = 2_000): Promise<bigint[]> {
  await using sampler = await bluetoothNoiseSource({ silenceMs }).open(host);
  return [...(await sampler.sample(n, signal)).samples];
}

describe("what the tools say", () => {
  test("bluetoothctl: colours, and two ways to write a number", () => {
    expect(scan).toContain("\x1b[");
    expect(
      scan
        .split("\n")
        .map(parseScanLine)
        .filter((report) => report !== undefined),
    ).toEqual([
      { address: "00:00:5E:00:53:A1", dBm: -77 },
      { address: "00:00:5E:00:53:A2", dBm: -63 },
      { address: "00:00:5E:00:53:A1", dBm: -82 },
    ]);
  });

  test("bluetoothctl: half a line, or a number that is none, is no report", () => {
    const line = "[CHG] Device 00:00:5E:00:53:A1 RSSI: 0xffffffb3 (-77)";
    expect(parseScanLine(line)).toEqual({ address: "00:00:5E:00:53:A1", dBm: -77 });
    for (let length = 0; length < line.length; length++)
      expect(parseScanLine(line.slice(0, length))).toBeUndefined();
    expect(parseScanLine("Device 00:00:5E:00:53:A1 RSSI: 127")).toBeUndefined();
    expect(parseScanLine("Device 00:00:5E:00:53:A1 RSSI: -770")).toBeUndefined();
    expect(parseScanLine("Device 00:00:5E:00:53:A1 Name: RSSI: -77")).toBeUndefined();
  });

  test("bluetoothctl: that it cannot scan", () => {
    expect(() => parseScanLine("No default controller available")).toThrow(ToolError);
    expect(() =>
      parseScanLine("\x1b[0;91mFailed to start discovery: org.bluez.Error.NotReady\x1b[0m"),
    ).toThrow("bluetoothctl: Failed to start discovery: org.bluez.Error.NotReady");
  });

  test("system_profiler: connected devices, also as macOS 12 lists them", () => {
    expect(parseBluetoothProfile(fixture("macos/sp_bluetooth.json"))).toEqual([
      { address: "00:00:5E:00:53:21", dBm: -51 },
      { address: "00:00:5E:00:53:22", dBm: -44 },
    ]);
    expect(parseBluetoothProfile(fixture("macos/sp_bluetooth.macos12_devices_list.json"))).toEqual([
      { address: "00:00:5E:00:53:31", dBm: -63 },
    ]);
  });

  test("system_profiler: switched off, or not what was asked for", () => {
    expect(() => parseBluetoothProfile(fixture("macos/sp_bluetooth.off.json"))).toThrow(/switched off/);
    const whole = fixture("macos/sp_bluetooth.json");
    for (const text of ["", "{}", "[]", "null", whole.slice(0, 900), '{"SPBluetoothDataType":7}'])
      expect(() => parseBluetoothProfile(text)).toThrow(ToolError);
  });
});

test("availability says what is missing", async () => {
  expect(await bluetoothNoise.availability(fakeHost())).toEqual({
    ok: false,
    reason: "no Bluetooth controller",
  });
  expect(await bluetoothNoise.availability(fakeHost({ folders: controller }))).toEqual({
    ok: false,
    reason: "'bluetoothctl' is not installed",
  });
  const tools = { bluetoothctl: "" };
  expect(await bluetoothNoise.availability(fakeHost({ folders: controller, tools }))).toEqual({ ok: true });
  expect(await bluetoothNoise.availability(fakeHost({ os: "darwin" }))).toMatchObject({ ok: false });
  expect(await rejectionOf(bluetoothNoise.open(fakeHost()))).toBeInstanceOf(SourceError);
});

describe("on Linux", () => {
  test("a sample is the time between reports; those that come together are one", async () => {
    let now = 0;
    const times = [0, 1_000, 8_000, 8_500, 20_000];
    const report = "[CHG] Device 00:00:5E:00:53:A1 RSSI: -63\n";
    const host = fakeHost({
      folders: controller,
      tools: {
        bluetoothctl: {
          // At 8,500 nothing but a name comes; at 8,000 two reports at once.
          pieces: [scan, report, report + report, "[NEW] Device 00:00:5E:00:53:A2 x\n", report],
          hangs: true,
        },
      },
      // Read at the beginning of sampling and with each piece.
      nowNs: () => times[Math.max(0, now++ - 1)] ?? 30_000,
    });
    expect(await take(2, host)).toEqual([7_000n, 12_000n]);
    expect(host.toolCalls).toEqual(["bluetoothctl --timeout 86400 scan on"]);
    expect(host.runningTools()).toBe(0);
  });

  test("with a real tool", async () => {
    const report = "echo '[CHG] Device 00:00:5E:00:53:A1 RSSI: -63'";
    using tools = standIns("linux", { bluetoothctl: `while :; do ${report}; /bin/sleep 0.01; done` });
    const host = { ...tools.host, readFolder: () => ["hci0"] };
    const samples = await take(4, host);
    // No sleep is shorter than it was asked to be, but two of them may arrive closer together.
    for (const sample of samples) expect(sample > 0n).toBe(true);
  });

  test("a tool that ends, and one that says it cannot scan", async () => {
    const host = (stdout: string) => fakeHost({ folders: controller, tools: { bluetoothctl: stdout } });
    expect((await rejectionOf(take(1, host(scan)))).message).toBe("bluetooth_noise: the scan has ended");
    expect((await rejectionOf(take(1, host("No default controller available\n")))).message).toBe(
      "bluetooth_noise: bluetoothctl: No default controller available",
    );
  });

  for (const [fault, script] of Object.entries(FAULTY)) {
    test(`a tool that ${fault}: an error in time`, async () => {
      using tools = standIns("linux", { bluetoothctl: script });
      const error = await rejectionOf(take(1, { ...tools.host, readFolder: () => ["hci0"] }, 150));
      expect(error).toBeInstanceOf(SourceError);
    });
  }

  test("an abort is obeyed at once, in the middle of lines without end", async () => {
    using tools = standIns("linux", { bluetoothctl: FAULTY["prints lines without end"] });
    await using sampler = await bluetoothNoise.open({ ...tools.host, readFolder: () => ["hci0"] });
    const abort = new AbortController();
    const reason = new Error("enough");
    const sampling = sampler.sample(1, abort.signal);
    setTimeout(() => abort.abort(reason), 50);
    await new Promise((resolve) => abort.signal.addEventListener("abort", resolve));
    expect(await turnsUntilSettled(sampling)).toBeLessThanOrEqual(FEW_TURNS);
    expect(await rejectionOf(sampling)).toBe(reason);
  });
});

describe("on macOS", () => {
  const whole = fixture("macos/sp_bluetooth.json");

  test("a sample is the time it took until a snapshot differed", async () => {
    const strengths = [-51, -51, -52, -52, -53];
    let i = 0;
    const host = fakeHost({
      os: "darwin",
      tools: {
        "system_profiler SPBluetoothDataType -json": () =>
          whole.replace("-51", String(strengths[Math.min(i++, 4)])),
      },
    });
    const samples = await take(2, host);
    expect(samples).toHaveLength(2);
    for (const sample of samples) expect(sample > 0n && sample < 10n ** 9n).toBe(true);
    expect(host.toolCalls).toHaveLength(5);
  });

  test("snapshots that never differ, devices without a strength, no controller", async () => {
    const host = (stdout: string) => fakeHost({ os: "darwin", tools: { system_profiler: stdout } });
    expect((await rejectionOf(take(1, host(whole), 60))).message).toBe(
      "bluetooth_noise: no Bluetooth report in 60 ms",
    );
    const silent = whole.replaceAll("device_rssi", "device_other");
    expect((await rejectionOf(take(1, host(silent)))).message).toMatch(/no connected device/);
    const off = fixture("macos/sp_bluetooth.off.json");
    expect((await rejectionOf(take(1, host(off)))).message).toMatch(/switched off/);
  });

  for (const [fault, script] of Object.entries(FAULTY)) {
    test(`a tool that ${fault}: an error in time`, async () => {
      using tools = standIns("darwin", { system_profiler: script });
      const error = await rejectionOf(take(1, tools.host, 150));
      expect(error).toBeInstanceOf(SourceError);
    });
  }
});
