/**
 * Latency of waking from the shortest possible sleep. It is slow, because each sample is a trip through the scheduler.
 * Kernel: c/kernels/sleep_jitter.c
 */
import { kernelSource } from "./acquire/native/kernel.ts";

export const sleepJitter = kernelSource({
  info: {
    id: "sleep_jitter",
    title: "Wake-up latency of the shortest sleep",
    mechanism:
      "How late the scheduler and the timer interrupt wake a thread that asked for the shortest " +
      "possible sleep: timer programming, idle-state exit, run-queue contention. The timer's own grid " +
      "is deterministic; its phase against this thread is not.",
    family: "scheduler",
    unit: "ticks",
    symbolBits: 8,
    claim: 1.8,
    coarseClaim: 1,
    rateHz: 10_000,
    effects: [],
  },
  warmUpSamples: 16,
});
