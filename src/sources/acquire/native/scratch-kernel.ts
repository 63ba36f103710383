/** Sources whose kernel reads and writes a file of its own, which has no name and vanishes when it is closed. */
import { accessSync, constants, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { homeOfUser } from "#kit/files/user-folders.ts";
import type { Host } from "../../../platform/host.ts";
import type { Source } from "../../../source.ts";
import type { KernelSource } from "./kernel.ts";
import { openedKernel } from "./opened-kernel.ts";

/** Makes the source that runs the kernel `ee_<id>` with a file on a disk. */
export function scratchKernel(kernel: KernelSource): Source {
  return openedKernel({
    ...kernel,
    obstacle(host) {
      if (folders(host).some(isOnDisk)) return undefined;
      return `no writable folder on a disk: ${folders(host).join(", ")}`;
    },
    // Absolute, for a process with another working folder.
    texts: (host) =>
      folders(host)
        .filter(isOnDisk)
        .map((folder) => resolve(folder)),
    reasons: {
      EINVAL: "the file system cannot read past its cache",
      EBUSY: "in use by another sampler of this program",
    },
  });
}

/** Lists folders for the file: the user's choice, else the usual ones for temporary files, and the home folder. */
function folders({ settings }: Host): readonly string[] {
  if (settings.scratchFolder !== undefined) return [settings.scratchFolder];
  return [...new Set([tmpdir(), "/var/tmp", homeOfUser() ?? "/"])];
}

/** Linux: tmpfs and ramfs (linux/magic.h), whose files are memory. No file system of macOS has these numbers. */
const MEMORY_FILE_SYSTEMS: readonly number[] = [0x01021994, 0x858458f6];

function isOnDisk(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return !MEMORY_FILE_SYSTEMS.includes(statfsSync(folder).type >>> 0);
  } catch (error) {
    if (error instanceof Error && "errno" in error) return false;
    throw error;
  }
}
