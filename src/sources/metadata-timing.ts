/** Time to ask the file system for the attributes of a file. Kernel: c/kernels/metadata_timing.c */
import { checkedKernel } from "./acquire/native/checked-kernel.ts";

export const metadataTiming = checkedKernel(
  {
    info: {
      id: "metadata_timing",
      title: "Latency of metadata queries",
      mechanism:
        "Time to ask for the attributes of one file and for an extended attribute that it does not have: " +
        "path resolution through caches and locks that all programs share. Nothing is read from a disk; on a " +
        "quiet machine the time drifts more than it varies.",
      family: "file",
      unit: "ticks",
      symbolBits: 8,
      claim: 0.15,
      coarseClaim: 0.05,
      rateHz: 200_000,
      effects: [],
    },
    warmUpSamples: 256,
  },
  { ENOENT: "no /bin/sh to ask about" },
);
