/** Time of one small fill by the graphics processor. Kernel: c/kernels/gpu_timing.c */
import type { Host } from "../platform/host.ts";
import { openedKernel } from "./acquire/native/opened-kernel.ts";

export const gpuTiming = openedKernel({
  info: {
    id: "gpu_timing",
    title: "Latency of graphics processor commands",
    mechanism:
      "Time that a graphics processor takes to fill 64 KiB of memory and to report it: driver, command ring, its " +
      "own scheduler and clock, an interrupt and a wake-up here, which it shares with the other sources of its " +
      "family. The claim is 0 until there is a recording from a machine that has one.",
    family: "scheduler",
    unit: "ticks",
    symbolBits: 8,
    claim: 0,
    rateHz: 10_000,
    effects: [],
  },
  warmUpSamples: 64,
  obstacle: (host) => (host.os === "linux" ? linuxObstacle(host) : undefined),
  texts: () => [undefined],
  reasons: {
    ENOENT: "OpenCL (libOpenCL.so.1) or Metal is not installed",
    ENODEV: "no GPU device",
    ENOTSUP: "software renderer only",
    EOPNOTSUPP: "software renderer only",
    EBUSY: "in use by another sampler of this program",
  },
});

/** Drivers that compute on the CPU: Portable OpenCL's file in /etc/OpenCL/vendors. */
const SOFTWARE_DRIVER = /^pocl.*\.icd$/;

/**
 * Returns the reason why no GPU can be used, or undefined. Sees only what shows without loading a driver, which would take
 * too long: device nodes of GPUs, and the list of installed OpenCL drivers. Opening the source finds the rest.
 */
export function linuxObstacle(host: Host): string | undefined {
  const nodes = [...host.readFolder("/dev/dri"), ...host.readFolder("/dev")];
  if (!nodes.some((name) => /^(renderD\d+|nvidia\d+|kfd|mali\d+|kgsl-3d\d+)$/.test(name)))
    return "no GPU device (/dev/dri, /dev/nvidia0 absent)";
  const drivers = host.readFolder("/etc/OpenCL/vendors").filter((name) => name.endsWith(".icd"));
  if (drivers.length > 0 && drivers.every((name) => SOFTWARE_DRIVER.test(name)))
    return "software renderer only";
  return undefined;
}
