/** Steps of the raw counter that one read of the monotonic clock takes. Kernel: c/kernels/clock_jitter.c */
import { kernelSource } from "./acquire/native/kernel.ts";

export const clockJitter = kernelSource({
  info: {
    id: "clock_jitter",
    title: "Clock read jitter",
    mechanism:
      "Counter steps that one read of the monotonic clock takes. The core's clock (a PLL) and the " +
      "fixed-rate counter drift against each other, and the pipeline rarely meets both in the same " +
      "phase. Much of the variation is the beat of the loop against the counter step, which is " +
      "deterministic; the claim is therefore very small.",
    family: "clock",
    unit: "ticks",
    symbolBits: 8,
    claim: 0.009,
    coarseClaim: 0,
    rateHz: 10_000_000,
    effects: [],
  },
  warmUpSamples: 256,
});
