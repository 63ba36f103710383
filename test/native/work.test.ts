/** The compiler has left the timed work in: eight times the work takes longer. On this machine, with its clock. */
import { beforeAll, describe, expect, test } from "bun:test";
import { loadLibrary, type NativeLibrary } from "../../ffi/index.ts";
import { COMPILE_TIMEOUT_MS, hostLibrary } from "../support/native-builds.ts";
import { type KernelId, readyKernel, sampleCount, timingIds } from "../support/ready-kernel.ts";

const SCALE = 8;

/** Deleted work would give a ratio of 1; a clock read costs the same in both, so that the ratio is not quite 8. */
const LEAST_RATIO = 2;

let plain: NativeLibrary;
let scaled: NativeLibrary;

beforeAll(async () => {
  plain = loadLibrary({ path: await hostLibrary() });
  scaled = loadLibrary({ path: await hostLibrary(`EE_WORK_SCALE=${SCALE}`) });
}, COMPILE_TIMEOUT_MS);

/**
 * The mean of the lower half: interruptions only lengthen, and a median has too few steps where the clock is coarse.
 * Undefined where this machine cannot run the kernel.
 */
function typicalSample(library: NativeLibrary, id: KernelId, n: number): number | undefined {
  using ready = readyKernel(library, id);
  if (!ready.kernel) return undefined;
  const samples = new BigUint64Array(n);
  ready.kernel(samples);
  const lower = Array.from(samples.sort().subarray(0, n / 2), Number);
  return lower.reduce((sum, each) => sum + each, 0) / lower.length;
}

describe("eight times the work takes longer", () => {
  for (const id of timingIds) {
    test(id, () => {
      const n = sampleCount(id, 2000, 20);
      const once = typicalSample(plain, id, n);
      const often = typicalSample(scaled, id, n);
      if (once === undefined || often === undefined) return;
      expect(often / once).toBeGreaterThan(LEAST_RATIO);
    });
  }
});
