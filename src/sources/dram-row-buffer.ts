/** Latency of a flushed load, which goes all the way to DRAM. Kernel: c/kernels/dram_row_buffer.c */
import { kernelSource } from "./acquire/native/kernel.ts";

export const dramRowBuffer = kernelSource({
  info: {
    id: "dram_row_buffer",
    title: "DRAM access latency",
    mechanism:
      "Latency of a load that misses every cache because its line was flushed: row-buffer " +
      "hits and conflicts, bank state, refresh, memory-controller arbitration with everything else that " +
      "uses memory. Refresh leaves a spectral line; the controller's scheduling is not published.",
    family: "memory",
    unit: "ticks",
    symbolBits: 8,
    claim: 0.8,
    coarseClaim: 0.07,
    rateHz: 2_500_000,
    effects: [],
  },
  warmUpSamples: 256,
});
