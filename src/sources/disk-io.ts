/** Time of one read past the cache, from the device. Kernel: c/kernels/disk_io.c */
import { scratchKernel } from "./acquire/native/scratch-kernel.ts";

export const diskIo = scratchKernel({
  info: {
    id: "disk_io",
    title: "Latency of uncached disk reads",
    mechanism:
      "Time to read one page of a file from the device itself: block layer, the device's queue, its " +
      "controller and its background work, the interrupt and the wake-up. It is always the same page, " +
      "which the device may hold in a memory of its own. The work of controllers is not published; a " +
      "virtual disk is the host's software.",
    family: "file",
    unit: "ticks",
    symbolBits: 8,
    claim: 2.0,
    coarseClaim: 1.0,
    rateHz: 14_000,
    effects: ["disk-write"],
  },
  warmUpSamples: 64,
});
