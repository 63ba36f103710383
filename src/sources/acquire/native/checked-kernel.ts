/** Sources whose kernel needs something that the machine may lack: a library, an instruction. */
import { getSystemErrorName } from "node:util";
import { NativeError } from "../../../errors.ts";
import type { Host } from "../../../platform/host.ts";
import type { Availability, Source } from "../../../source.ts";
import { type KernelId, type KernelSource, kernelSource, requireCommand } from "./kernel.ts";

/** Reasons for `availability`, by the name of the errno. */
export type Reasons = Readonly<Record<string, string>>;

/** Makes the source that runs the kernel `ee_<id>` where `ee_<id>_check` finds what that needs. */
export function checkedKernel(kernel: KernelSource, reasons: Reasons): Source {
  requireCommand(kernel.info.id, "check");
  return {
    ...kernelSource(kernel),
    availability: async (host) => check(host, kernel.info.id, reasons),
  };
}

function check(host: Host, id: KernelId, reasons: Reasons): Availability {
  if (!host.native.ok) return { ok: false, reason: host.native.reason };
  try {
    host.native.library.command(id, "check");
    return { ok: true };
  } catch (error) {
    if (error instanceof NativeError) return { ok: false, reason: reasonFor(error, reasons) };
    throw error;
  }
}

/** Returns the source's own reason if it has one, else the library's message. */
export function reasonFor(error: NativeError, reasons: Reasons): string {
  const name = error.errno === undefined ? "" : getSystemErrorName(-error.errno);
  return reasons[name] ?? error.message;
}
