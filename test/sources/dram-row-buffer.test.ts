/** The memory that dram_row_buffer walks through where flushes do not reach it: as much as there is, or a reason. */
import { beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { loadLibrary, type NativeLibrary } from "../../ffi/index.ts";
import { NativeError, SourceError } from "../../src/errors.ts";
import { dramRowBuffer } from "../../src/sources/dram-row-buffer.ts";
import { fakeHost } from "../support/fake-host.ts";
import { COMPILE_TIMEOUT_MS, hostLibrary } from "../support/native-builds.ts";

const MIB = 2 ** 20;

/** A machine on which loads have to walk, with so much room and a last cache of so many KiB. */
function walkingHost(roomMib: number, cacheKib?: number) {
  const allowed: number[] = [];
  const least = 16 * MIB;
  const within = (text: string | undefined) => {
    allowed.push(Number(text));
    if (Number(text) < least) throw new NativeError("too little", constants.errno.ENOMEM);
  };
  const host = fakeHost({
    kernels: { dram_row_buffer: (out) => out.fill(7n) },
    commands: { "dram_row_buffer check": within, "dram_row_buffer open": within },
    files: {
      "/proc/meminfo": "MemAvailable: 8388608 kB\n",
      "/proc/self/cgroup": "0::/\n",
      "/proc/self/mountinfo": "31 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
      "/sys/fs/cgroup/memory.max": String(roomMib * MIB),
      "/sys/fs/cgroup/memory.current": "0\n",
      "/sys/devices/system/cpu/cpu0/cache/index0/size": cacheKib === undefined ? undefined : "48K\n",
      "/sys/devices/system/cpu/cpu0/cache/index3/size": cacheKib === undefined ? undefined : `${cacheKib}K\n`,
    },
  });
  return { host, allowed };
}

describe("a walk takes", () => {
  test.each([
    { roomMib: 4_096, cacheKib: 8_192, mib: 256 },
    { roomMib: 256, cacheKib: 8_192, mib: 128 },
    { roomMib: 200, cacheKib: undefined, mib: 100 },
  ])("half of $roomMib MiB, and never more than 256", async ({ roomMib, cacheKib, mib }) => {
    const { host, allowed } = walkingHost(roomMib, cacheKib);
    expect(await dramRowBuffer.availability(host)).toEqual({ ok: true });
    await using _ = await dramRowBuffer.open(host);
    expect(allowed).toEqual([mib * MIB, mib * MIB]);
  });

  test.each([
    { roomMib: 128, cacheKib: 32_768, needs: "128 MiB" },
    { roomMib: 100, cacheKib: undefined, needs: "64 MiB" },
    { roomMib: 500, cacheKib: 491_520, needs: "256 MiB" },
  ])(
    "nothing where half of $roomMib MiB does not hold it, and says why",
    async ({ roomMib, cacheKib, needs }) => {
      const { host } = walkingHost(roomMib, cacheKib);
      const answer = await dramRowBuffer.availability(host);
      if (answer.ok) throw new Error("it is available");
      expect(answer.reason).toContain(`takes ${needs}: more than half of what`);
      expect(answer.reason).toContain(`memory.max of ${roomMib} MiB leaves`);
      await expect(dramRowBuffer.open(host)).rejects.toThrow(SourceError);
    },
  );

  test("nothing, and no room is asked for, where flushes reach the memory", async () => {
    const host = fakeHost({ kernels: { dram_row_buffer: (out) => out.fill(7n) } });
    expect(await dramRowBuffer.availability(host)).toEqual({ ok: true });
  });
});

describe("the kernel", () => {
  let library: NativeLibrary;

  beforeAll(async () => {
    library = loadLibrary({ path: await hostLibrary("EE_DRAM_WALK") });
  }, COMPILE_TIMEOUT_MS);

  const refusal = (text: string) => {
    try {
      library.command("dram_row_buffer", "check", text);
    } catch (error) {
      if (error instanceof NativeError) return error.message;
      throw error;
    }
    return "accepted";
  };

  test("walks through no less than 16 MiB, and takes nothing but numbers", () => {
    expect(refusal(String(16 * MIB))).toBe("accepted");
    expect(refusal(String(16 * MIB - 1))).toContain("ENOMEM");
    for (const text of ["", " 5", "-1", "64M", "0x4000000"]) expect(refusal(text)).toContain("EINVAL");
  });

  test.skipIf(process.platform !== "linux")("takes the memory that it was given, and gives it back", () => {
    const rssMib = () =>
      Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))![1]) / 1024;
    const kernel = library.kernel("dram_row_buffer");
    const samples = new BigUint64Array(100);
    const before = rssMib();
    library.command("dram_row_buffer", "open", String(40 * MIB));
    kernel(samples);
    const small = rssMib() - before;
    library.command("dram_row_buffer", "close");
    const closed = rssMib() - before;
    library.command("dram_row_buffer", "open");
    kernel(samples);
    const whole = rssMib() - before;
    library.command("dram_row_buffer", "close");
    expect(samples.every((sample) => sample > 0n)).toBe(true);
    // 32 MiB, the largest power of two, or a little more for what else happened meanwhile.
    expect(small).toBeGreaterThan(30);
    expect(small).toBeLessThan(60);
    expect(closed).toBeLessThan(20);
    expect(whole).toBeGreaterThan(240);
  });
});
