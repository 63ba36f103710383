/** Latency of the first touch of one page of a fresh mapping. Kernel: c/kernels/page_fault_timing.c */
import { kernelSource } from "./acquire/native/kernel.ts";

export const pageFaultTiming = kernelSource({
  info: {
    id: "page_fault_timing",
    title: "Page-fault latency",
    mechanism:
      "Time of the first touch of a page of a fresh mapping: exception entry, page allocation, zeroing, " +
      "page-table update. The first page of each mapping also allocates a page table and is left out. " +
      "The index of the page in its mapping shows slightly in the timings.",
    family: "page-table",
    unit: "ticks",
    symbolBits: 8,
    // Half of what is left of the assessed bits without the rhythm: c/kernels/page_fault_timing.c.
    claim: 0.6,
    coarseClaim: 0.28,
    rateHz: 300_000,
    effects: [],
  },
  warmUpSamples: 256,
});
