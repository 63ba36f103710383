/** Compiled by test/kit/native/embedded.test.ts: prints where it loaded its library from, or why it could not. */
import { loadLibrary } from "../../ffi/index.ts";
import { NativeError } from "../../src/errors.ts";

try {
  const library = loadLibrary();
  const samples = new BigUint64Array(100);
  library.kernel("mach_timing")(samples);
  library.kernel("dram_row_buffer")(samples);
  console.log(JSON.stringify({ path: library.path, sampled: samples.some((sample) => sample > 0n) }));
} catch (error) {
  if (!(error instanceof NativeError)) throw error;
  console.log(JSON.stringify({ error: error.message }));
}
