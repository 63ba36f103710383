/** Time of a fixed computation that ends in a small write to a file. Kernel: c/kernels/cpu_io_beat.c */
import { scratchKernel } from "./acquire/native/scratch-kernel.ts";

export const cpuIoBeat = scratchKernel({
  info: {
    id: "cpu_io_beat",
    title: "Computation against file writes",
    mechanism:
      "Time of a chain of multiplications and a write of 64 bytes into the system's file cache: the file " +
      "system's locks and bookkeeping, shared with all other programs. Both halves are nearly constant on " +
      "a quiet machine.",
    family: "file",
    unit: "ticks",
    symbolBits: 8,
    claim: 0.03,
    coarseClaim: 0.01,
    rateHz: 500_000,
    effects: ["disk-write"],
  },
  warmUpSamples: 256,
});
