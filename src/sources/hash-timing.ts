/** Time of a fixed hash over the same 64 KiB. Kernel: c/kernels/hash_timing.c */
import { kernelSource } from "./acquire/native/kernel.ts";

export const hashTiming = kernelSource({
  info: {
    id: "hash_timing",
    title: "Timing of a fixed hash",
    mechanism:
      "Time of a fixed hash of the same 64 KiB: the second-level cache and its prefetcher under a " +
      "stream of reads, the core's clock, interruptions. With the data fixed, little remains; new data " +
      "for each sample would only measure the data.",
    family: "workload",
    unit: "ticks",
    symbolBits: 8,
    claim: 0.01,
    rateHz: 150_000,
    effects: [],
  },
  warmUpSamples: 128,
});
