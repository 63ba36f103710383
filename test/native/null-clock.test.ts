/**
 * The null control: on a machine where each operation always takes the same time, no kernel shows any entropy. Work whose
 * size depends on a counter or a generator shows here.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadLibrary, type NativeLibrary } from "../../ffi/index.ts";
import { buildLibrary, COMPILE_TIMEOUT_MS, copyOfC, host, hostLibrary } from "../support/native-builds.ts";
import { type KernelId, readyKernel, sampleCount, timingIds } from "../support/ready-kernel.ts";

/** Test aids: eight times the work, and the walk that replaces cache flushes. */
const SCALE = 8;
let plain: NativeLibrary;
let scaled: NativeLibrary;
let walking: NativeLibrary;

beforeAll(async () => {
  plain = loadLibrary({ path: await hostLibrary("EE_NULL_CLOCK") });
  scaled = loadLibrary({ path: await hostLibrary("EE_NULL_CLOCK", `EE_WORK_SCALE=${SCALE}`) });
  walking = loadLibrary({ path: await hostLibrary("EE_NULL_CLOCK", "EE_DRAM_WALK") });
}, COMPILE_TIMEOUT_MS);

/** Returns the one value of all samples of a kernel; undefined where this machine cannot run it. */
function constantSample(library: NativeLibrary, id: KernelId, n: number): number | undefined {
  using ready = readyKernel(library, id);
  if (!ready.kernel) return undefined;
  const samples = new BigUint64Array(n);
  ready.kernel(samples);
  expect([...new Set(samples)], id).toHaveLength(1);
  return Number(samples[0]);
}

test("the clock is called null", () => {
  expect(plain.clock.name).toBe("null");
  expect(plain.clock.step).toBe(7);
});

describe("under the null clock", () => {
  for (const id of timingIds) {
    test(`${id} is constant and its work scales`, () => {
      const once = constantSample(plain, id, sampleCount(id, 5000));
      const often = constantSample(scaled, id, sampleCount(id, 500));
      if (once === undefined || often === undefined) return;
      // The last reading of the clock is a step as well.
      expect(once - 1).toBeGreaterThan(0);
      expect(often - 1).toBe(SCALE * (once - 1));
    });
  }

  test("dram_row_buffer is constant without flushes, too", () => {
    constantSample(walking, "dram_row_buffer", 100_000);
  });
});

test(
  "a kernel whose work follows a formula is detected",
  async () => {
    using copy = copyOfC();
    const file = join(copy.c, "kernels", "mach_timing.c");
    const honest = readFileSync(file, "utf8");
    const crooked = honest.replace("k < MULTIPLICATIONS", "k < MULTIPLICATIONS + (int)(i * 40503 >> 7 & 15)");
    expect(crooked).not.toBe(honest);
    writeFileSync(file, crooked);
    const path = await buildLibrary({ target: host(), defines: ["EE_NULL_CLOCK"], root: copy.root });
    const samples = new BigUint64Array(5000);
    loadLibrary({ path }).kernel("mach_timing")(samples);
    expect(new Set(samples).size).toBe(16);
  },
  COMPILE_TIMEOUT_MS,
);
