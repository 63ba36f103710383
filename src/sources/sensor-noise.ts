/** Readings of sensors: acceleration, temperatures, voltages, currents. /sys on Linux; c/kernels/sensor_noise.c on macOS. */
import type { Host } from "../platform/host.ts";
import { counterSource } from "./acquire/counters/counter-source.ts";
import { type Gauge, nativeGauge } from "./acquire/counters/gauge.ts";

/** More than the temperature sensors of any Apple chip so far (some 60). */
const MACOS_SENSORS = 128;

export const sensorNoise = counterSource({
  info: {
    id: "sensor_noise",
    title: "Sensor readings",
    mechanism:
      "Readings of acceleration, temperature, voltage and current sensors, each time one has changed: thermal and " +
      "electronic noise around slowly drifting levels. Most sensors round far above their noise and are renewed only " +
      "once a second; the accelerometer of a laptop at rest is the exception.",
    family: "sensor",
    unit: "level",
    symbolBits: 8,
    // 0.02 bits seems likely; nothing is claimed before there is a recording to assess.
    claim: 0,
    rateHz: 10,
    effects: [],
  },
  emits: "levels",
  pauseMs: 10,
  availability(host) {
    if (host.os === "linux") {
      return sensorFiles(host).length > 0
        ? { ok: true }
        : { ok: false, reason: "no hwmon, thermal or IIO devices" };
    }
    if (!host.native.ok) return { ok: false, reason: host.native.reason };
    return host.arch === "arm64"
      ? { ok: true }
      : { ok: false, reason: "Intel Macs do not let programs without privileges read sensors" };
  },
  gauges: (host) =>
    host.os === "linux" ? sensorFiles(host).map((path) => sensorFile(host, path)) : [macosGauge(host)],
});

/** Gives no number while a driver cannot reach its chip and answers with an error. */
function sensorFile(host: Host, path: string): Gauge {
  return {
    name: path,
    read() {
      const text = host.readText(path);
      return new Map(text === undefined ? [] : [["", parseReading(text)]]);
    },
  };
}

/** Leaves out readings of 0, which stand for a sensor that is absent or does not answer. */
function macosGauge(host: Host): Gauge {
  const gauge = nativeGauge(host, "sensor_noise", MACOS_SENSORS);
  return {
    name: "the HID event system",
    async read(signal) {
      return new Map([...(await gauge.read(signal))].filter(([, value]) => value !== 0n));
    },
  };
}

/**
 * Lists sensors of the industrial I/O and hardware monitoring subsystems (Linux documentation, sysfs-bus-iio and
 * hwmon/sysfs-interface); thermal zones only without hardware monitoring, which shows them too.
 */
function sensorFiles(host: Host): string[] {
  const below = (folder: string, name: RegExp) =>
    host
      .readFolder(folder)
      .filter((entry) => name.test(entry))
      .map((entry) => `${folder}/${entry}`);
  const iio = below("/sys/bus/iio/devices", /^iio:device\d+$/).flatMap((device) =>
    below(device, /^in_(accel|anglvel|magn)_[xyz]_raw$/),
  );
  const monitors = below("/sys/class/hwmon", /^hwmon\d+$/).flatMap((device) =>
    below(device, /^(temp|in|curr|power|fan)\d+_input$/),
  );
  const zones = below("/sys/class/thermal", /^thermal_zone\d+$/).map((zone) => `${zone}/temp`);
  return [...iio, ...(monitors.length > 0 ? monitors : zones)].filter(
    (path) => host.readText(path) !== undefined,
  );
}

/** Parses one whole number and the end of its line. @throws SyntaxError */
export function parseReading(text: string): bigint {
  if (!/^-?\d+\n$/.test(text)) throw new SyntaxError(`not a number: '${text.slice(0, 40)}'`);
  return BigInt(text);
}
