/** Time of one fixed pattern of branches. Kernel: c/kernels/speculative_execution.c */
import { kernelSource } from "./acquire/native/kernel.ts";

export const speculativeExecution = kernelSource({
  info: {
    id: "speculative_execution",
    title: "Timing of a fixed branch pattern",
    mechanism:
      "Time of a fixed, hard-to-predict pattern of branches. It depends on what the branch predictor still " +
      "knows of the pattern after everything else that ran. With the pattern fixed, little remains beyond " +
      "the clock's own jitter; patterns drawn from a generator would only measure the generator.",
    family: "workload",
    unit: "ticks",
    symbolBits: 8,
    claim: 0.015,
    coarseClaim: 0,
    rateHz: 10_000_000,
    effects: [],
  },
  warmUpSamples: 256,
});
