/** Numbers from the processor's own noise source. Kernel: c/kernels/cpu_trng.c */
import { checkedKernel } from "./acquire/native/checked-kernel.ts";

export const cpuTrng = checkedKernel(
  {
    info: {
      id: "cpu_trng",
      title: "The processor's random numbers",
      mechanism:
        "What RDSEED (x86-64) or RNDRRS (arm64) returns: a noise source on the chip behind the maker's own " +
        "conditioning. Nobody outside can look into it, so it is mixed in and credited nothing.",
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
