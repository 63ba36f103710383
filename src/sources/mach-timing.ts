/** Steps of the raw counter that a fixed chain of dependent multiplications takes. Kernel: c/kernels/mach_timing.c */
import { kernelSource } from "./acquire/native/kernel.ts";

export const machTiming = kernelSource({
  info: {
    id: "mach_timing",
    title: "Counter timing of a fixed computation",
    mechanism:
      "Counter steps that a fixed chain of dependent multiplications takes, by the machine's fastest " +
      "counter (mach_absolute_time on macOS, the cycle counter on Linux): core clock against counter " +
      "clock, plus whatever interrupts the chain. A pure ALU loop is nearly deterministic.",
    family: "clock",
    unit: "ticks",
    symbolBits: 8,
    claim: 0.01,
    coarseClaim: 0.003,
    rateHz: 200_000,
    effects: [],
  },
  warmUpSamples: 256,
});
