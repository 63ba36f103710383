/** Keeps one kernel busy. Says in shared memory where it is: 1 about to enter, 2 through. */
import { loadLibrary } from "../../ffi/index.ts";
import { NativeError } from "../../src/errors.ts";

declare const self: Worker;

self.onmessage = (message: MessageEvent<{ path: string; shared: Int32Array }>) => {
  const { path, shared } = message.data;
  const kernel = loadLibrary({ path }).kernel("mach_timing");
  const samples = new BigUint64Array(60_000);
  Atomics.store(shared, 0, 1);
  for (let entered = false; !entered; ) {
    try {
      kernel(samples);
      entered = true;
    } catch (error) {
      if (!(error instanceof NativeError) || error.errno !== 16) throw error;
    }
  }
  Atomics.store(shared, 0, 2);
  self.postMessage(samples.every((sample) => sample > 0n) ? "done" : "samples are missing");
};
