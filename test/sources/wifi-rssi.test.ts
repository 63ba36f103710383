import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { NativeError, SourceError, ToolError } from "../../src/errors.ts";
import type { Host } from "../../src/platform/host.ts";
import {
  managedInterface,
  parseStation,
  wirelessLevels,
} from "../../src/sources/acquire/radio/linux-signal.ts";
import {
  parseAirport,
  parseScriptLine,
  parseSystemProfiler,
} from "../../src/sources/acquire/radio/mac-signal.ts";
import { NO_INTERFACE, NOT_CONNECTED, SWITCHED_OFF } from "../../src/sources/acquire/radio/signal-reader.ts";
import { wifiRssi, wifiRssiSource } from "../../src/sources/wifi-rssi.ts";
import { fakeHost } from "../support/fake-host.ts";
import { fixture } from "../support/fixture.ts";
import { rejectionOf } from "../support/rejection.ts";
import { FAULTY, standIns } from "../support/stand-ins.ts";

const signal = new AbortController().signal;

/** As the samples have it: two's complement. */
function level(dBm: number): bigint {
  return BigInt.asUintN(64, BigInt(dBm));
}

async function take(n: number, host: Host, unchangedMs = 2_000): Promise<bigint[]> {
  await using sampler = await wifiRssiSource({ unchangedMs }).open(host);
  return [...(await sampler.sample(n, signal)).samples];
}

describe("what tools and files say", () => {
  test("system_profiler: the connected interface, whatever else is listed, names redacted", () => {
    expect(parseSystemProfiler(fixture("macos/sp_airport.json"))).toEqual({ dBm: -54 });
    expect(parseSystemProfiler(fixture("macos/sp_airport.none.json"))).toBe(NO_INTERFACE);
    expect(parseSystemProfiler(fixture("macos/sp_airport.off.json"))).toBe(SWITCHED_OFF);
    const idle = fixture("macos/sp_airport.json").replaceAll("spairport_signal_noise", "nothing");
    expect(parseSystemProfiler(idle)).toBe(NOT_CONNECTED);
    const odd = fixture("macos/sp_airport.json").replace("-54 dBm", "-5400 dBm");
    expect(() => parseSystemProfiler(odd)).toThrow(ToolError);
  });

  test("the script around CoreWLAN", () => {
    expect(parseScriptLine(fixture("macos/jxa_corewlan.json"))).toEqual({ dBm: -54 });
    expect(parseScriptLine('{"interface":null}')).toBe(NO_INTERFACE);
    expect(parseScriptLine('{"interface":"en0","powerOn":false,"rssi":0}')).toBe(SWITCHED_OFF);
    expect(parseScriptLine('{"interface":"en0","powerOn":true,"rssi":0}')).toBe(NOT_CONNECTED);
    for (const text of ['{"interface":"en0","powerOn":true}', "[]", "null", "en0: -54", '{"rssi":-54}'])
      expect(() => parseScriptLine(text)).toThrow(ToolError);
  });

  test("airport, while it still worked, and since", () => {
    expect(parseAirport(fixture("macos/airport_I.legacy.txt"))).toEqual({ dBm: -54 });
    expect(parseAirport("AirPort: Off\n")).toBe(SWITCHED_OFF);
    expect(() => parseAirport(fixture("macos/airport_I.deprecated.txt"))).toThrow(ToolError);
  });

  test("/proc/net/wireless", () => {
    expect(wirelessLevels(fixture("linux/proc_net_wireless.txt"))).toEqual([-54]);
    expect(wirelessLevels(fixture("linux/proc_net_wireless.none.txt"))).toEqual([]);
  });

  test("iw", () => {
    expect(managedInterface(fixture("linux/iw_dev.txt"))).toBe("wlan0");
    expect(
      managedInterface(fixture("linux/iw_dev.txt").replace("type managed", "type monitor")),
    ).toBeUndefined();
    expect(parseStation(fixture("linux/iw_station_dump.txt"))).toEqual({ dBm: -54 });
    expect(parseStation(fixture("linux/iw_dev_link.txt"))).toEqual({ dBm: -54 });
    expect(parseStation(fixture("linux/iw_dev_link.none.txt"))).toBe(NOT_CONNECTED);
    expect(parseStation("")).toBe(NOT_CONNECTED);
  });

  test("a text that was cut off gives the true strength or an error, never another one", () => {
    const parsers = [
      [parseSystemProfiler, "macos/sp_airport.json"],
      [parseScriptLine, "macos/jxa_corewlan.json"],
      [parseAirport, "macos/airport_I.legacy.txt"],
      [parseStation, "linux/iw_station_dump.txt"],
      [parseStation, "linux/iw_dev_link.txt"],
    ] as const;
    for (const [parse, name] of parsers) {
      const text = fixture(name);
      fc.assert(
        fc.property(fc.integer({ min: 1, max: text.length - 1 }), (length) => {
          try {
            expect(parse(text.slice(0, length))).toEqual({ dBm: -54 });
          } catch (error) {
            expect(error).toBeInstanceOf(ToolError);
          }
        }),
        { seed: 3, numRuns: 100 },
      );
    }
  });
});

describe("on Linux", () => {
  const wireless = fixture("linux/proc_net_wireless.txt");
  /** The file as it reads when the level is first this, then that. */
  function levels(...all: number[]): () => string {
    let i = 0;
    return () => wireless.replace("-54.", `${all[Math.min(i++, all.length - 1)]}.`);
  }

  test("availability says what is missing", async () => {
    const none = { "/proc/net/wireless": fixture("linux/proc_net_wireless.none.txt") };
    const radio = { "/sys/class/ieee80211": ["phy0"] };
    const state = (host: Host) => wifiRssi.availability(host);
    expect(await state(fakeHost())).toEqual({ ok: false, reason: "no Wi-Fi interface" });
    expect(await state(fakeHost({ files: none }))).toEqual({ ok: false, reason: "no Wi-Fi interface" });
    expect(await state(fakeHost({ files: none, folders: radio }))).toMatchObject({ ok: false });
    expect(await state(fakeHost({ folders: radio, tools: { iw: "" } }))).toEqual({ ok: true });
    expect(await state(fakeHost({ files: { "/proc/net/wireless": wireless } }))).toEqual({ ok: true });
  });

  test("each change is a sample, and nothing else is", async () => {
    // The first reading is taken when the source opens, to see which way is open.
    const files = { "/proc/net/wireless": levels(-54, -54, -54, -56, -56, -53, -54) };
    expect(await take(3, fakeHost({ files }))).toEqual([level(-56), level(-53), level(-54)]);
    expect(Number(level(-56) & 0xffn)).toBe(200);
  });

  test("a strength that never changes is an error in time", async () => {
    const files = { "/proc/net/wireless": levels(-54) };
    const error = await rejectionOf(take(1, fakeHost({ files }), 150));
    expect(error).toBeInstanceOf(SourceError);
    expect(error.message).toBe("wifi_rssi: the signal strength did not change for 150 ms");
  });

  test("no connection is an error at once", async () => {
    for (const none of [0, -256]) {
      const error = await rejectionOf(take(1, fakeHost({ files: { "/proc/net/wireless": levels(none) } })));
      expect(error.message).toBe("wifi_rssi: not connected to a network");
    }
    const positive = fakeHost({ files: { "/proc/net/wireless": levels(70) } });
    expect((await rejectionOf(take(1, positive))).message).toMatch(/level 70 is not in dBm/);
  });

  test("iw, where there is no such file", async () => {
    let signals = 0;
    const host = fakeHost({
      folders: { "/sys/class/ieee80211": ["phy0"] },
      tools: {
        "iw dev": fixture("linux/iw_dev.txt"),
        "iw dev wlan0 station dump": () =>
          fixture("linux/iw_station_dump.txt").replace("\t-54 ", `\t${-54 - signals++} `),
      },
    });
    expect(await take(2, host)).toEqual([level(-55), level(-56)]);
    expect(host.toolCalls.slice(0, 2)).toEqual(["iw dev", "iw dev wlan0 station dump"]);
  });

  for (const [fault, script] of Object.entries(FAULTY)) {
    test(`iw that ${fault}: an error in time`, async () => {
      using tools = standIns("linux", { iw: script });
      const host = { ...tools.host, readText: () => undefined };
      const error = await rejectionOf(take(1, host, 200));
      expect(error).toBeInstanceOf(SourceError);
    });
  }
});

describe("on macOS", () => {
  test("CoreWLAN by the native library", async () => {
    const values = [-54, -54, -55, -54];
    let i = 0;
    const kernels = {
      wifi_rssi: (out: BigUint64Array) => {
        out[0] = level(values[Math.min(i++, 3)]!);
      },
    };
    expect(await take(2, fakeHost({ os: "darwin", kernels }))).toEqual([level(-55), level(-54)]);
  });

  test("what the native library says about the interface is final", async () => {
    const { errno } = (await import("node:os")).constants;
    const failing = (code: number) =>
      fakeHost({
        os: "darwin",
        tools: { osascript: fixture("macos/jxa_corewlan.json") },
        kernels: {
          wifi_rssi() {
            throw new NativeError("wifi_rssi", code);
          },
        },
      });
    expect((await rejectionOf(take(1, failing(errno.ENODEV)))).message).toBe("wifi_rssi: no Wi-Fi interface");
    expect((await rejectionOf(take(1, failing(errno.ENETDOWN)))).message).toMatch(/switched off/);
    const zero = fakeHost({ os: "darwin", kernels: { wifi_rssi: (out) => out.fill(0n) } });
    expect((await rejectionOf(take(1, zero))).message).toMatch(/not connected/);
    const odd = fakeHost({ os: "darwin", kernels: { wifi_rssi: (out) => out.fill(54n) } });
    expect((await rejectionOf(take(1, odd))).message).toMatch(/54 dBm is not a signal strength/);
  });

  test("the script, where the framework cannot be loaded", async () => {
    const line = (dBm: number) => `{"interface":"en0","powerOn":true,"rssi":${dBm}}\n`;
    const host = fakeHost({
      os: "darwin",
      kernels: {
        wifi_rssi() {
          throw new NativeError("wifi_rssi: ENOSYS (errno 38)", 38);
        },
      },
      tools: {
        // Pieces end anywhere.
        osascript: {
          pieces: [line(-54) + line(-54), line(-55).slice(0, 9), line(-55).slice(9) + line(-57)],
          hangs: true,
        },
      },
    });
    expect(await take(2, host)).toEqual([level(-55), level(-57)]);
    expect(host.runningTools()).toBe(0);
    expect(host.toolCalls).toHaveLength(1);
  });

  test("system_profiler, where the script fails, too; then airport", async () => {
    let i = 0;
    const next = () => String([-54, -54, -60, -61][Math.min(i++, 3)]);
    const tools = {
      osascript: { stderr: "execution error", exitCode: 1 },
      system_profiler: () => fixture("macos/sp_airport.json").replace("-54", next()),
    };
    const host = fakeHost({ os: "darwin", tools });
    expect(await take(2, host)).toEqual([level(-60), level(-61)]);
    i = 0;
    const old = fakeHost({
      os: "darwin",
      tools: {
        system_profiler: "garbage",
        airport: () => fixture("macos/airport_I.legacy.txt").replace("-54", next()),
      },
    });
    expect(await take(1, old)).toEqual([level(-60)]);
  });

  test("where no way is left, the first failure is told", async () => {
    const host = fakeHost({
      os: "darwin",
      tools: {
        osascript: { exitCode: 1, stderr: "no CoreWLAN" },
        system_profiler: "{}",
        airport: fixture("macos/airport_I.deprecated.txt"),
      },
    });
    expect((await rejectionOf(take(1, host))).message).toMatch(/^wifi_rssi: .*no CoreWLAN/);
  });

  for (const [fault, script] of Object.entries(FAULTY)) {
    test(`tools that each ${fault}: an error in time`, async () => {
      using tools = standIns("darwin", { osascript: script, system_profiler: script });
      const error = await rejectionOf(take(1, tools.host, 200));
      expect(error).toBeInstanceOf(SourceError);
    });
  }

  test("an abort is obeyed while the tool hangs", async () => {
    using tools = standIns("darwin", { osascript: FAULTY.hangs });
    const abort = new AbortController();
    const reason = new Error("enough");
    await using sampler = await wifiRssi.open(tools.host);
    const sampling = sampler.sample(1, abort.signal);
    setTimeout(() => abort.abort(reason), 20);
    expect(await rejectionOf(sampling)).toBe(reason);
  });
});
