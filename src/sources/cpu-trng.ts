/** Numbers from the processor's own noise source. Kernel: c/kernels/cpu_trng.c */
import { checkedKernel } from "./acquire/native/checked-kernel.ts";

export const cpuTrng = checkedKernel(
  {
    info: {
      id: "cpu_trng",
      title: "The processor's random numbers",
      mechanism:
        "Numbers from RDSEED (x86-64) or RNDRRS (arm64): a noise source on the chip behind the maker's own " +
        "conditioning. It cannot be examined from outside, so it is mixed in without credit.",
      family: "sensor",
      unit: "level",
      symbolBits: 8,
      claim: 0,
      rateHz: 1_500_000,
      effects: [],
    },
    warmUpSamples: 16,
  },
  { ENOSYS: "this processor has no random number instruction" },
);
