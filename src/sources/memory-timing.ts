/** Time to map 64 KiB, touch four pages and unmap them again. Kernel: c/kernels/memory_timing.c */
import { kernelSource } from "./acquire/native/kernel.ts";

export const memoryTiming = kernelSource({
  info: {
    id: "memory_timing",
    title: "Mapping and first touch of fresh memory",
    mechanism:
      "Time to map 64 KiB of fresh memory, touch four pages of it and unmap it: page-table walks, the " +
      "kernel's page allocator and its locks, zeroing, TLB invalidation. Depends on what the rest of the " +
      "system does with memory; the allocator's free lists have structure that is not random.",
    family: "page-table",
    unit: "ticks",
    symbolBits: 8,
    claim: 0.5,
    coarseClaim: 0.25,
    rateHz: 100_000,
    effects: [],
  },
  warmUpSamples: 128,
});
