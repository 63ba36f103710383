/** Time to make a thread and to see it end. Kernel: c/kernels/thread_lifecycle.c */
import { kernelSource } from "./acquire/native/kernel.ts";

export const threadLifecycle = kernelSource({
  info: {
    id: "thread_lifecycle",
    title: "Thread creation and exit",
    mechanism:
      "Time from the creation of a thread to its end: stack, task, run queue, a wake-up on some processor, " +
      "the exit and the wake-up of the waiting thread. The scheduler keeps its choice of a processor for " +
      "long stretches.",
    family: "scheduler",
    unit: "ticks",
    symbolBits: 8,
    claim: 1.0,
    rateHz: 15_000,
    effects: [],
  },
  warmUpSamples: 64,
});
