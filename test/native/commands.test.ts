/** The commands that give some kernels what they need besides memory, and take it away. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadLibrary, type NativeLibrary } from "../../ffi/index.ts";
import { COMMANDS, KERNELS } from "../../ffi/kernels.ts";
import { NativeError } from "../../src/errors.ts";
import { COMPILE_TIMEOUT_MS, hostLibrary } from "../support/native-builds.ts";

/** Without disk_io: not every file system for temporary files has direct reads. */
const FILE_KERNELS = ["cpu_io_beat", "fsync_timing", "multi_domain_beat"] as const;

let library: NativeLibrary;
const folder = mkdtempSync(join(tmpdir(), "esoteric-entropy-"));

beforeAll(async () => {
  library = loadLibrary({ path: await hostLibrary() });
}, COMPILE_TIMEOUT_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Returns the message of the NativeError, which names the errno. */
function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof NativeError) return error.message;
    throw error;
  }
  return "accepted";
}

test("every command belongs to a kernel", () => {
  expect(COMMANDS.length).toBeGreaterThan(0);
  for (const name of COMMANDS) {
    const [, id, verb] = /^(\w+)_(check|open|close)$/.exec(name) ?? [];
    expect(KERNELS as readonly string[], name).toContain(id!);
    if (verb === "open") expect(COMMANDS as readonly string[]).toContain(`${id}_close`);
  }
});

describe("commands", () => {
  test("that do not exist are refused", () => {
    expect(refusal(() => library.command("mach_timing", "open"))).toContain("ee_mach_timing_open");
    expect(refusal(() => library.command("../etc", "open"))).toContain("no command");
    expect(refusal(() => library.command("", "open"))).toContain("no command");
  });

  test("refuse a text that C would cut short", () => {
    expect(() => library.command("fsync_timing", "open", `${folder}\0x`)).toThrow(RangeError);
  });
});

for (const id of FILE_KERNELS) {
  describe(id, () => {
    test("has to be opened, opens once, and closes any number of times", () => {
      const kernel = library.kernel(id);
      const samples = new BigUint64Array(3);
      expect(refusal(() => kernel(samples))).toContain("EBADF");
      library.command(id, "open", folder);
      expect(refusal(() => library.command(id, "open", folder))).toContain("EBUSY");
      kernel(samples);
      expect(samples.every((sample) => sample > 0n)).toBe(true);
      library.command(id, "close");
      library.command(id, "close");
      expect(refusal(() => kernel(samples))).toContain("EBADF");
    });

    test("leaves nothing in the folder, not even while it is open", () => {
      library.command(id, "open", folder);
      expect(readdirSync(folder)).toEqual([]);
      library.command(id, "close");
      expect(readdirSync(folder)).toEqual([]);
    });

    test("refuses anything but a folder", () => {
      expect(refusal(() => library.command(id, "open", join(folder, "absent")))).toContain("ENOENT");
      expect(refusal(() => library.command(id, "open"))).toContain("EINVAL");
      expect(refusal(() => library.command(id, "open", `/${"x".repeat(5000)}`))).toContain("ENAMETOOLONG");
    });
  });
}

test("a thousand openings leave no descriptor behind", () => {
  const kernel = library.kernel("cpu_io_beat");
  const samples = new BigUint64Array(2);
  const descriptors = () => readdirSync("/dev/fd").length;
  let before = 0;
  for (let i = 0; i < 1001; i++) {
    library.command("cpu_io_beat", "open", folder);
    kernel(samples);
    library.command("cpu_io_beat", "close");
    if (i === 0) before = descriptors();
  }
  expect(descriptors()).toBe(before);
});

test("threads and timers of kernels end with them", () => {
  const samples = new BigUint64Array(2);
  const before = readdirSync("/dev/fd").length;
  for (let i = 0; i < 1000; i++) {
    library.kernel("dispatch_queue")(samples);
    library.kernel("timer_signal")(samples);
  }
  expect(readdirSync("/dev/fd").length).toBe(before);
});

test("a kernel that keeps a library's state in its memory works again after release", () => {
  const kernel = library.kernel("compression_timing");
  const samples = new BigUint64Array(10);
  for (let round = 0; round < 3; round++) {
    try {
      kernel(samples);
    } catch (error) {
      if (!(error instanceof NativeError) || !error.message.includes("ENOENT")) throw error;
      console.log("skipped: zlib is not installed");
      return;
    }
    expect(samples.every((sample) => sample > 0n)).toBe(true);
    library.release();
  }
});

test("the processor's numbers are numbers, not ticks", () => {
  try {
    library.command("cpu_trng", "check");
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    console.log(`skipped: ${error.message}`);
    return;
  }
  const samples = new BigUint64Array(64);
  library.kernel("cpu_trng")(samples);
  // Two of 64 numbers of 64 bits are equal with a chance of 2^-53; none has its top bit set with a chance of 2^-64.
  expect(new Set(samples).size).toBe(64);
  expect(samples.some((sample) => sample >= 2n ** 63n)).toBe(true);
});
