/** Time of zlib's compression of the same 384 bytes. Kernel: c/kernels/compression_timing.c */
import { checkedKernel } from "./acquire/native/checked-kernel.ts";

export const compressionTiming = checkedKernel(
  {
    info: {
      id: "compression_timing",
      title: "Timing of a fixed compression",
      mechanism:
        "Time that zlib takes to compress the same 384 bytes: thousands of branches and small tables that " +
        "just do not fit the first cache. It varies with the state of caches and branch predictors, which " +
        "drifts, so that neighbouring samples resemble one another.",
      family: "workload",
      unit: "ticks",
      symbolBits: 8,
      claim: 0.5,
      coarseClaim: 0.2,
      rateHz: 100_000,
      effects: [],
    },
    warmUpSamples: 128,
  },
  { ENOENT: "zlib is not installed" },
);
