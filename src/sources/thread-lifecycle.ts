/** Time to make a thread and to see it end. Kernel: c/kernels/thread_lifecycle.c */
import { kernelSource } from "./acquire/native/kernel.ts";

export const threadLifecycle = kernelSource({
  info: {
    id: "thread_lifecycle",
    title: "Making and ending of threads",
    mechanism:
      "How long a thread takes from its making to its end: stack, task, run queue, a wake-up on some " +
      "processor, the exit and the wake-up of the one that waits. The scheduler's choice of a processor " +
      "comes in regimes that last.",
    family: "scheduler",
    unit: "ticks",
    symbolBits: 8,
    claim: 1.0,
    rateHz: 15_000,
    effects: [],
  },
  warmUpSamples: 64,
});
