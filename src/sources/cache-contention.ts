/** Time of the same walk over 512 cache lines of an 8 MiB buffer. Kernel: c/kernels/cache_contention.c */
import { kernelSource } from "./acquire/native/kernel.ts";

export const cacheContention = kernelSource({
  info: {
    id: "cache_contention",
    title: "Contention in the shared cache",
    mechanism:
      "Time of one fixed walk over 512 lines of an 8 MiB buffer. It depends on what other cores, other guests " +
      "and the prefetcher have evicted since the last one. On a quiet machine the walk is nearly constant.",
    family: "memory",
    unit: "ticks",
    symbolBits: 8,
    claim: 0.09,
    coarseClaim: 0.01,
    rateHz: 1_000_000,
    effects: [],
  },
  warmUpSamples: 256,
});
