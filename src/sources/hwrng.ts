/** Bytes of the hardware random number generator that the Linux kernel has found: /dev/hwrng. */

import type { Source } from "../source.ts";
import { byteDevice } from "./acquire/device/byte-device.ts";

/** Names the generator in use, or "none". */
const CURRENT = "/sys/class/misc/hw_random/rng_current";

export const hwrng = hwrngAt("/dev/hwrng");

/** Makes the same source with another file in the device's place, for tests. */
export function hwrngAt(path: string): Source {
  return byteDevice({
    info: {
      id: "hwrng",
      title: "The machine's random number generator",
      mechanism:
        "Bytes from the kernel's driver of a hardware random number generator: a part of the chipset, or in a " +
        "virtual machine whatever the host supplies. It cannot be examined from here, so it is mixed in without credit.",
      family: "sensor",
      unit: "level",
      symbolBits: 8,
      claim: 0,
      rateHz: 10_000,
      effects: [],
    },
    path,
    flags: "r",
    absent: "no hardware random number generator (/dev/hwrng)",
    forbidden: "/dev/hwrng may be read by root only",
    obstacle: (host) =>
      host.readText(CURRENT)?.trim() === "none"
        ? "no driver serves /dev/hwrng (rng_current is none)"
        : undefined,
    // 6 ms at the 10,000 bytes a second of a virtual machine's device, 64 ms at the 1,000 of a slow chip.
    mostBytes: 64,
    async read(file, count) {
      const { buffer, bytesRead } = await file.read(new Uint8Array(count), 0, count, null);
      return buffer.subarray(0, bytesRead);
    },
  });
}
