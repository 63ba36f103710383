/** Time to set the shortest timer and to hear that it expired. Kernel: c/kernels/timer_signal.c */
import { kernelSource } from "./acquire/native/kernel.ts";

export const timerSignal = kernelSource({
  info: {
    id: "timer_signal",
    title: "Latency of an expiring timer",
    mechanism:
      "How long the shortest timer takes from being set to waking this thread: timer queue and hardware, " +
      "its interrupt, the delivery of a signal (Linux) or kernel event (macOS), the scheduler. The timer " +
      "hardware's grid is deterministic. It goes much the same way as sleep_jitter.",
    family: "scheduler",
    unit: "ticks",
    symbolBits: 8,
    claim: 1.0,
    coarseClaim: 0.5,
    rateHz: 30_000,
    effects: [],
    offByDefault: "goes much the same way as sleep_jitter",
  },
  warmUpSamples: 64,
});
