/** How kernels behave towards their callers. */
import { beforeAll, expect, test } from "bun:test";
import { loadLibrary, type NativeLibrary } from "../../ffi/index.ts";
import { KERNELS } from "../../ffi/kernels.ts";
import { NativeError } from "../../src/errors.ts";
import { COMPILE_TIMEOUT_MS, hostLibrary } from "../support/native-builds.ts";
import { readyKernel, timingIds } from "../support/ready-kernel.ts";

let path: string;
let library: NativeLibrary;

beforeAll(async () => {
  path = await hostLibrary();
  library = loadLibrary({ path });
}, COMPILE_TIMEOUT_MS);

for (const id of KERNELS) {
  test(`${id} fills exactly the array it is given`, () => {
    using ready = readyKernel(library, id);
    if (!ready.kernel) return;
    const { kernel } = ready;
    const memory = new BigUint64Array(300).fill(2n ** 64n - 1n);
    kernel(memory.subarray(1, 1));
    expect(new Set(memory).size).toBe(1);
    kernel(memory.subarray(100, 200));
    expect(new Set(memory.subarray(0, 100)).size).toBe(1);
    expect(new Set(memory.subarray(200)).size).toBe(1);
    // A duration of 2^63 units would be a sample not written, or time running backwards.
    if ((timingIds as readonly string[]).includes(id))
      for (const sample of memory.subarray(100, 200)) expect(sample).toBeLessThan(2n ** 63n);
    expect(memory.subarray(100, 200).some((sample) => sample > 0n)).toBe(true);
  });
}

test("memory is released and mapped again", () => {
  const kernel = library.kernel("cache_contention");
  const samples = new BigUint64Array(100);
  for (let round = 0; round < 3; round++) {
    kernel(samples);
    library.release();
    library.release();
  }
  kernel(samples);
  expect(samples.some((sample) => sample > 0n)).toBe(true);
});

test("two threads in one kernel: one gets EBUSY, neither is corrupted", async () => {
  const worker = new Worker(new URL("../support/busy-worker.ts", import.meta.url));
  const finished = new Promise<string>((resolve) => {
    worker.onmessage = (message) => resolve(message.data);
  });
  const shared = new Int32Array(new SharedArrayBuffer(4));
  worker.postMessage({ path, shared });
  const kernel = library.kernel("mach_timing");
  const sample = new BigUint64Array(1);
  let errno: number | undefined;
  // Until the other thread is done; it is inside the kernel for some 200 ms.
  while (errno === undefined && Atomics.load(shared, 0) !== 2) {
    if (Atomics.load(shared, 0) === 0) {
      await new Promise(setImmediate);
      continue;
    }
    try {
      kernel(sample);
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      errno = error.errno;
      expect(error.message).toContain("EBUSY");
    }
  }
  expect(errno).toBe(16);
  expect(await finished).toBe("done");
  worker.terminate();
  kernel(sample);
  expect(sample[0]).toBeGreaterThan(0n);
});
