/** Time to have another thread do nothing and to learn of it. Kernel: c/kernels/dispatch_queue.c */
import { kernelSource } from "./acquire/native/kernel.ts";

export const dispatchQueue = kernelSource({
  info: {
    id: "dispatch_queue",
    title: "Hand-off between two threads",
    mechanism:
      "How long it takes to wake another thread and to be woken by it: through libdispatch on macOS, a " +
      "futex on Linux. Run queues, idle-state exits, interrupts between processors. Whether both threads " +
      "share a processor is a regime that lasts and is not random.",
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
