/** The macOS side of sensor_noise, on a stand-in for Apple's frameworks. */
import { expect, test } from "bun:test";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildNative } from "#kit/make/native.ts";
import { loadLibrary } from "../../ffi/index.ts";
import { buildLibrary, COMPILE_TIMEOUT_MS, copyOfC, host } from "../support/native-builds.ts";

const FAKE_IOKIT = { library: "iokit", folder: "c", includes: [] };

test(
  "asks for temperature sensors as Apple's programs do, reads them in order and keeps no event",
  async () => {
    const stand = mkdtempSync(join(tmpdir(), "fake-iokit-"));
    try {
      mkdirSync(join(stand, "c"));
      copyFileSync(join(import.meta.dir, "fake-iokit.c"), join(stand, "c", "fake-iokit.c"));
      const frameworks = await buildNative(FAKE_IOKIT, { target: host(), root: stand });

      using copy = copyOfC();
      const file = join(copy.c, "kernels", "sensor_noise.c");
      writeFileSync(file, `#define EE_IOKIT ${JSON.stringify(frameworks)}\n${readFileSync(file, "utf8")}`);
      const library = loadLibrary({ path: await buildLibrary({ target: host(), root: copy.root }) });
      const read = library.kernel("sensor_noise");

      const values = new BigUint64Array(6).fill(99n);
      for (let i = 0; i < 1_000; i++) read(values);
      // Alive: the client, the array of sensors, the event itself.
      expect([...values]).toEqual([3n << 16n, (51n << 16n) / 2n, 0n, 0n, 0n, 0n]);
      read(values.subarray(0, 1));
      expect(values[0]).toBe(3n << 16n);
    } finally {
      rmSync(stand, { recursive: true });
    }
  },
  COMPILE_TIMEOUT_MS,
);

test(
  "without the frameworks there are no sensors",
  async () => {
    using copy = copyOfC();
    const file = join(copy.c, "kernels", "sensor_noise.c");
    writeFileSync(file, `#define EE_IOKIT "/nonexistent/library"\n${readFileSync(file, "utf8")}`);
    const library = loadLibrary({ path: await buildLibrary({ target: host(), root: copy.root }) });
    expect(() => library.kernel("sensor_noise")(new BigUint64Array(1))).toThrow("ENOSYS");
  },
  COMPILE_TIMEOUT_MS,
);
