/** Sources whose kernel holds something from opening to closing: a file, a device. */
import { NativeError, SourceError } from "../../../errors.ts";
import type { Host } from "../../../platform/host.ts";
import type { Availability, Source } from "../../../source.ts";
import { type Reasons, reasonFor } from "./checked-kernel.ts";
import { type KernelSource, kernelSource, requireCommand } from "./kernel.ts";

export interface OpenedKernel extends KernelSource {
  /** Returns the reason why opening would fail, or undefined; asked where there is a native library. As `Source.availability`. */
  readonly obstacle: (host: Host) => string | undefined;
  /** Arguments for `ee_<id>_open`, tried in order until it accepts one. */
  readonly texts: (host: Host) => readonly (string | undefined)[];
  /** Reasons of a refusal by `ee_<id>_open`, by the name of the errno. */
  readonly reasons: Reasons;
}

/** Makes the source that runs the kernel `ee_<id>` between `ee_<id>_open` and `ee_<id>_close`. One sampler at a time. */
export function openedKernel(opened: OpenedKernel): Source {
  const { info, obstacle } = opened;
  requireCommand(info.id, "open");
  requireCommand(info.id, "close");
  const kernel = kernelSource(opened);
  return {
    info,
    async availability(host): Promise<Availability> {
      if (!host.native.ok) return { ok: false, reason: host.native.reason };
      const reason = obstacle(host);
      return reason === undefined ? { ok: true } : { ok: false, reason };
    },
    async open(host) {
      if (!host.native.ok) throw new SourceError(info.id, host.native.reason);
      const { library } = host.native;
      const sampler = await kernel.open(host);
      openFirst(opened, host, (text) => library.command(info.id, "open", text));
      let closed = false;
      return {
        async sample(n, signal) {
          if (closed) throw new SourceError(info.id, "is closed");
          return sampler.sample(n, signal);
        },
        async [Symbol.asyncDispose]() {
          if (closed) return;
          library.command(info.id, "close");
          closed = true;
        },
      };
    },
    kernelRun: (host) => ({ ...kernel.kernelRun(), texts: opened.texts(host) }),
  };
}

/** Opens with the first argument that is accepted. @throws SourceError with each argument and its refusal */
function openFirst(opened: OpenedKernel, host: Host, open: (text: string | undefined) => void): void {
  const refusals: string[] = [];
  for (const text of opened.texts(host)) {
    try {
      open(text);
      return;
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      const reason = reasonFor(error, opened.reasons);
      refusals.push(text === undefined ? reason : `${text}: ${reason}`);
    }
  }
  throw new SourceError(opened.info.id, refusals.join("; "));
}
