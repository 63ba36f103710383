/** Time to map one page of memory, touch it and unmap it again. Kernel: c/kernels/vm_page_timing.c */
import { kernelSource } from "./acquire/native/kernel.ts";

export const vmPageTiming = kernelSource({
  info: {
    id: "vm_page_timing",
    title: "Mapping and unmapping one page",
    mechanism:
      "Time to map one page of fresh memory, write to it and unmap it: region trees, the page allocator and " +
      "its locks, zeroing, and the interrupts that make other processors forget the page. It is the " +
      "mechanism of memory_timing at its smallest size; the allocator's free lists have structure that is " +
      "not random.",
    family: "page-table",
    unit: "ticks",
    symbolBits: 8,
    claim: 1.0,
    coarseClaim: 0.6,
    rateHz: 100_000,
    effects: [],
  },
  warmUpSamples: 128,
});
