/** Values of `device`'s flags, and which of them go together. */
import { nameOf } from "#kit/term/flags.ts";
import { UsageError } from "../errors.ts";

/** @returns permissions as a number */
export function parseModeBits(text: string, name: string): number {
  if (!/^0?[0-7]{3}$/.test(text)) {
    throw new UsageError(`${name}: '${text}' is not like 0600`, [
      "three octal digits: what the owner, the group and others may do; 4 is to read, 2 to write",
    ]);
  }
  return Number.parseInt(text, 8);
}

/** @returns the path of a Unix socket. `unix:` may stand before it, and has to where the path looks like an address */
export function parseSocket(text: string, name: string): string {
  const path = text.replace(/^unix:/, "");
  const isAddress = !/^(unix:|[/.])/.test(text) && /^[a-z]+:|:\d+$/i.test(text);
  if (path !== "" && !isAddress) return path;
  throw new UsageError(`${name}: '${text}' is not the path of a Unix socket`, [
    "like unix:/run/esoteric-entropy/egd.sock; EGD is not served over networks, where others would read the bytes on their way",
  ]);
}

export type DeviceKind = "fifo" | "egd" | "kernel";

const WORDS: Readonly<Record<DeviceKind, string>> = { fifo: "a FIFO", egd: "--egd", kernel: "--kernel" };

/** Flags that are not for every kind. */
const FOR: Readonly<Record<string, readonly DeviceKind[]>> = {
  bufferBytes: ["fifo"],
  format: ["fifo"],
  wrap: ["fifo"],
  mode: ["fifo", "egd"],
  modeBits: ["fifo", "egd"],
  intervalMs: ["kernel"],
};

/** @throws UsageError for a flag that was given and is for another kind */
export function requireKind(
  kind: DeviceKind,
  flags: Readonly<Record<string, Parameters<typeof nameOf>[1]>>,
  given: ReadonlySet<string>,
): void {
  for (const [key, kinds] of Object.entries(FOR)) {
    if (!given.has(key) || kinds.includes(kind)) continue;
    const whose = kinds.map((other) => WORDS[other]).join(" and ");
    throw new UsageError(`--${nameOf(key, flags[key]!)} is for ${whose}, not for ${WORDS[kind]}`);
  }
}
