/** Time of a fixed computation that ends in one flushed load. Kernel: c/kernels/cpu_memory_beat.c */
import { kernelSource } from "./acquire/native/kernel.ts";

export const cpuMemoryBeat = kernelSource({
  info: {
    id: "cpu_memory_beat",
    title: "Computation against memory access",
    mechanism:
      "Time of a chain of multiplications whose last step waits for a flushed line of memory: the core's " +
      "clock against that of the memory, and all that dram_row_buffer measures. Where a flush does not " +
      "reach the memory chips, as may be on Apple silicon, next to nothing is left; the claim is for that " +
      "case.",
    family: "memory",
    unit: "ticks",
    symbolBits: 8,
    claim: 0.02,
    rateHz: 2_000_000,
    effects: [],
  },
  warmUpSamples: 256,
});
