/** Time to set the shortest timer and to learn that it expired. Kernel: c/kernels/timer_signal.c */
import { kernelSource } from "./acquire/native/kernel.ts";

export const timerSignal = kernelSource({
  info: {
    id: "timer_signal",
    title: "Latency of an expiring timer",
    mechanism:
      "Time from setting the shortest timer to being woken by it: timer queue and hardware, its interrupt, " +
      "the delivery of a signal (Linux) or kernel event (macOS), the scheduler. The timer hardware's grid " +
      "is deterministic. The path is much the same as that of sleep_jitter.",
    family: "scheduler",
    unit: "ticks",
    symbolBits: 8,
    claim: 1.0,
    coarseClaim: 0.5,
    rateHz: 30_000,
    effects: [],
    offByDefault: "measures much the same path as sleep_jitter",
  },
  warmUpSamples: 64,
});
