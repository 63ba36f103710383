/** A thread of embedded-program.ts, which uses the library as well. */
import { parentPort } from "node:worker_threads";
import { loadLibrary } from "../../ffi/index.ts";

/** True if two kernels of the library have measured something. */
export function sample(): boolean {
  const samples = new BigUint64Array(100);
  const library = loadLibrary();
  library.kernel("mach_timing")(samples);
  library.kernel("dram_row_buffer")(samples);
  return samples.some((sample) => sample > 0n);
}

parentPort?.postMessage(sample());
