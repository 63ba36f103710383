/** Time until a written page is on the medium. Kernel: c/kernels/fsync_timing.c */
import { scratchKernel } from "./acquire/native/scratch-kernel.ts";

export const fsyncTiming = scratchKernel({
  info: {
    id: "fsync_timing",
    title: "Latency of flushes to the medium",
    mechanism:
      "Time until a page just written is on the medium: journal, block layer, the device's " +
      "queue, and the programming of flash cells, whose time varies. It wears the medium, by up to some " +
      "thousand pages a second. A virtual disk may only pretend to flush.",
    family: "file",
    unit: "ticks",
    symbolBits: 8,
    claim: 1.0,
    coarseClaim: 0.5,
    rateHz: 500,
    effects: ["disk-write"],
  },
  warmUpSamples: 16,
});
