/** Time to list all processes. Kernel: c/kernels/process.c */
import { kernelSource } from "./acquire/native/kernel.ts";

export const process = kernelSource({
  info: {
    id: "process",
    title: "Time to list all processes",
    mechanism:
      "Time that the system takes to list all processes: cache misses all over its process table, and its locks, " +
      "contended by whatever starts, ends or is scheduled meanwhile. The list itself is not used. The time follows " +
      "the number of processes, which is no secret.",
    family: "process",
    unit: "ticks",
    symbolBits: 8,
    claim: 0.25,
    coarseClaim: 0.1,
    rateHz: 10_000,
    effects: [],
  },
  warmUpSamples: 64,
});
