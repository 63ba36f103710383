/** Time of fixed work in processor, memory, file system and kernel in turn. Kernel: c/kernels/multi_domain_beat.c */
import { scratchKernel } from "./acquire/native/scratch-kernel.ts";

export const multiDomainBeat = scratchKernel({
  info: {
    id: "multi_domain_beat",
    title: "Beat of processor, memory, files and kernel",
    mechanism:
      "Time of a chain of multiplications, a walk over 64 lines of memory, a write of 64 bytes and a system " +
      "call, all together. Four rhythms in one number; each of them alone is nearly constant on a quiet " +
      "machine, and their sum varies little more.",
    family: "workload",
    unit: "ticks",
    symbolBits: 8,
    claim: 0.08,
    coarseClaim: 0.02,
    rateHz: 500_000,
    effects: ["disk-write"],
  },
  warmUpSamples: 256,
});
