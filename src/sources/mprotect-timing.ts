/** Time to make a page read-only and writable again, and to write to it. Kernel: c/kernels/mprotect_timing.c */
import { kernelSource } from "./acquire/native/kernel.ts";

export const mprotectTiming = kernelSource({
  info: {
    id: "mprotect_timing",
    title: "Memory protection changes",
    mechanism:
      "Time to withdraw the right to write to a page, to grant it again and to write: page-table updates, " +
      "the invalidation of translations on every processor that runs this program, and the fault that " +
      "follows. With only one busy processor much of it is a fixed path through the kernel.",
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
