/** Time of one small fill by the graphics processor. Kernel: c/kernels/gpu_timing.c */
import type { Host } from "../platform/host.ts";
import { openedKernel } from "./acquire/native/opened-kernel.ts";

export const gpuTiming = openedKernel({
  info: {
    id: "gpu_timing",
    title: "Latency of graphics processor commands",
    mechanism:
      "How long a graphics processor takes to fill 64 KiB of memory and to report it: driver, command ring, its " +
      "own scheduler and clock, an interrupt and a wake-up here, which it shares with the other sources of its " +
      "family. Claims nothing until somebody has recorded it on a machine that has one.",
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
 * What can be seen without loading a driver, which takes longer than a look may: device nodes of GPUs, and the list of
 * installed OpenCL drivers. What is left is found out when the source is opened.
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
