/** Time to hand another thread a task without work and to learn of its end. Kernel: c/kernels/dispatch_queue.c */
import { kernelSource } from "./acquire/native/kernel.ts";

export const dispatchQueue = kernelSource({
  info: {
    id: "dispatch_queue",
    title: "Hand-off between two threads",
    mechanism:
      "Time to wake another thread and to be woken by it, through libdispatch on macOS and a futex on " +
      "Linux: run queues, idle-state exits, interrupts between processors. Both threads share a processor, " +
      "or do not, for long stretches; that is not random.",
    family: "scheduler",
    unit: "ticks",
    symbolBits: 8,
    claim: 0.4,
    coarseClaim: 0.2,
    rateHz: 100_000,
    effects: [],
  },
  warmUpSamples: 128,
});
