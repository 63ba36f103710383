/** Microphones and cameras on macOS, through the tool `ffmpeg` and its input `avfoundation`. */
import type { Host } from "../../../platform/host.ts";
import type { Deadline } from "../event/deadline.ts";

export interface AvDevice {
  /** The tool's number for it. */
  readonly index: number;
  readonly name: string;
}

export interface AvDevices {
  readonly video: readonly AvDevice[];
  readonly audio: readonly AvDevice[];
}

/** Options before the input: print nothing but errors, read no keys. */
export const QUIETLY = ["-hide_banner", "-loglevel", "error", "-nostdin", "-f", "avfoundation"] as const;

/** Lists the devices. The tool always ends with an error, because the list is not a file to convert. */
export async function listDevices(
  host: Host,
  ffmpeg: string,
  deadline: Deadline,
  signal: AbortSignal,
): Promise<AvDevices> {
  const args = ["-hide_banner", "-nostdin", "-f", "avfoundation", "-list_devices", "true", "-i", ""];
  const limits = { timeoutMs: deadline.leftMs, maxBytes: 1 << 16 };
  return parseDevices((await host.run(ffmpeg, args, limits, signal)).stderr);
}

/** Parses the stderr of `-list_devices true`. Leaves out screens and the view of the desk, which are not cameras. */
export function parseDevices(text: string): AvDevices {
  const devices: { video: AvDevice[]; audio: AvDevice[] } = { video: [], audio: [] };
  let kind: keyof AvDevices | undefined;
  for (const line of text.split("\n")) {
    const [, said] = /^\[AVFoundation [^\]]*\] (.*)$/.exec(line) ?? [];
    if (said === undefined) continue;
    const [, heading] = /^AVFoundation (video|audio) devices:$/.exec(said) ?? [];
    if (heading === "video" || heading === "audio") kind = heading;
    const [, index, name] = /^\[(\d{1,3})\] (.+)$/.exec(said) ?? [];
    if (kind === undefined || index === undefined || name === undefined) continue;
    if (kind === "video" && /^Capture screen|Desk View/.test(name)) continue;
    devices[kind].push({ index: Number(index), name });
  }
  return devices;
}
