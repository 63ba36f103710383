/** Time of a metadata query about one file on macOS. Kernel: c/kernels/spotlight_timing.c */

import type { Source } from "../source.ts";
import { checkedKernel } from "./acquire/native/checked-kernel.ts";

const kernel = checkedKernel(
  {
    info: {
      id: "spotlight_timing",
      title: "Latency of Spotlight queries",
      mechanism:
        "Time that the metadata server of macOS takes to answer one question about one file: two messages " +
        "between processes, their scheduling, a look into an index that is being rewritten. The claim is 0 " +
        "until there is a recording from a Mac.",
      family: "file",
      unit: "ticks",
      symbolBits: 8,
      claim: 0,
      rateHz: 500,
      effects: [],
    },
    warmUpSamples: 16,
  },
  { ENOENT: "the metadata framework of macOS cannot be loaded" },
);

export const spotlightTiming: Source = {
  ...kernel,
  async availability(host) {
    if (host.os !== "darwin") return { ok: false, reason: "no Spotlight on Linux: see metadata_timing" };
    return kernel.availability(host);
  },
};
