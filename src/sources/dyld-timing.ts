/** Time to load a small library and to unload it again. Kernel: c/kernels/dyld_timing.c */
import { checkedKernel } from "./acquire/native/checked-kernel.ts";

export const dyldTiming = checkedKernel(
  {
    info: {
      id: "dyld_timing",
      title: "Loading and unloading a library",
      mechanism:
        "Time to map a small library that nothing else uses, to link it and to unload it: file system, page " +
        "tables, page faults and the loader's locks. Most of it is a long fixed path through loader and " +
        "kernel; it varies with caches, allocators and interruptions along that path.",
      family: "process",
      unit: "ticks",
      symbolBits: 8,
      claim: 1.5,
      coarseClaim: 1.0,
      rateHz: 20_000,
      effects: [],
    },
    warmUpSamples: 64,
  },
  {
    ENOSYS: "musl never unloads a library",
    ENOENT: "no system library can be loaded and unloaded: all are absent, in use or stay loaded",
  },
);
