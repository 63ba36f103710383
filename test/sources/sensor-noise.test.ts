import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseReading, sensorNoise } from "../../src/sources/sensor-noise.ts";
import { fakeHost } from "../support/fake-host.ts";
import { rejectionOf } from "../support/rejection.ts";

const never = new AbortController().signal;
const tree = Object.fromEntries(
  readFileSync(join(import.meta.dir, "../fixtures/linux/hwmon_tree.txt"), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split("\t") as [string, string])
    .map(([path, value]) => [path, `${value}\n`]),
);

describe("Linux", () => {
  test("each new reading, sensors in a fixed order", async () => {
    let look = 0;
    const host = fakeHost({
      files: {
        ...tree,
        "/sys/class/hwmon/hwmon2/temp1_input": () => `${46_000 + 125 * look}\n`,
        // Looked at first.
        "/sys/class/hwmon/hwmon1/temp1_input": () => `${38_850 - 1000 * ++look}\n`,
      },
    });
    await using sampler = await sensorNoise.open(host);
    const readings = Array.from((await sampler.sample(6, never)).samples, (sample) =>
      BigInt.asIntN(64, sample),
    );
    for (let i = 0; i < 6; i += 2) {
      const t = (38_850n - readings[i]!) / 1000n;
      expect(readings[i + 1]).toBe(46_000n + 125n * t);
    }
  });

  test("an accelerometer: negative readings are two's complement", async () => {
    let look = 0;
    const host = fakeHost({
      files: { "/sys/bus/iio/devices/iio:device0/in_accel_x_raw": () => `${-(++look % 3)}\n` },
    });
    await using sampler = await sensorNoise.open(host);
    const { samples } = await sampler.sample(9, never);
    for (const sample of samples) expect([0n, -1n, -2n]).toContain(BigInt.asIntN(64, sample));
  });

  test("thermal zones where nothing else is", async () => {
    const zone = { "/sys/class/thermal/thermal_zone0/temp": "27800\n" };
    expect(await sensorNoise.availability(fakeHost({ files: zone }))).toEqual({ ok: true });
    expect(await sensorNoise.availability(fakeHost({ files: tree }))).toEqual({ ok: true });
    expect(await sensorNoise.availability(fakeHost())).toEqual({
      ok: false,
      reason: "no hwmon, thermal or IIO devices",
    });
  });

  test("sensors that stand still are an error that names the source", async () => {
    let nowNs = 0;
    const quickClock = () => {
      nowNs += 500e6;
      return nowNs;
    };
    await using sampler = await sensorNoise.open(fakeHost({ files: tree, nowNs: quickClock }));
    expect((await rejectionOf(sampler.sample(1, never))).message).toBe(
      "sensor_noise: no sensor changed in 1500 ms",
    );
  });

  test("only whole numbers are readings", () => {
    expect(parseReading("-27800\n")).toBe(-27_800n);
    for (const text of ["", "1", "1.5\n", "0x1\n", "1 2\n", "N/A\n", "\n"])
      expect(() => parseReading(text)).toThrow(SyntaxError);
  });
});

describe("macOS", () => {
  test("temperatures of Apple silicon; 0 is no reading", async () => {
    let look = 0n;
    const host = fakeHost({
      os: "darwin",
      kernels: {
        sensor_noise: (out) => {
          look += 1n;
          out.fill(0n);
          out[0] = 40n << 16n;
          out[1] = look % 2n === 0n ? 0n : (30n << 16n) + look;
        },
      },
    });
    expect(await sensorNoise.availability(host)).toEqual({ ok: true });
    await using sampler = await sensorNoise.open(host);
    const { samples } = await sampler.sample(3, never);
    expect([samples[1]! - samples[0]!, samples[2]! - samples[1]!]).toEqual([2n, 2n]);
  });

  test("not on Intel, not without the library", async () => {
    expect(
      await sensorNoise.availability(fakeHost({ os: "darwin", arch: "x64", kernels: {} })),
    ).toMatchObject({ ok: false });
    expect(await sensorNoise.availability(fakeHost({ os: "darwin" }))).toMatchObject({ ok: false });
  });
});
