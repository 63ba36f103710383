/** Time of a small hash and a walk that overruns the first cache. Kernel: c/kernels/jitter_loop.c */
import { kernelSource } from "./acquire/native/kernel.ts";

export const jitterLoop = kernelSource({
  info: {
    id: "jitter_loop",
    title: "Processor jitter under mixed work",
    mechanism:
      "Time of a fixed piece of arithmetic and of a walk over 128 pages that fall into one set of the first " +
      "cache: replacement in caches and translation buffers, store queues, the pipeline's state at the " +
      "start. All of it is deterministic logic whose state is too large to follow; how much is truly " +
      "unpredictable is not known.",
    family: "workload",
    unit: "ticks",
    symbolBits: 8,
    claim: 0.4,
    coarseClaim: 0.09,
    rateHz: 500_000,
    effects: [],
  },
  warmUpSamples: 256,
});
