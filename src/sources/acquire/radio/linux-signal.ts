/** The Wi-Fi signal on Linux: from the kernel's old file where there is one, else from the tool `iw`. */
import { ToolError } from "../../../errors.ts";
import type { Host } from "../../../platform/host.ts";
import { NO_INTERFACE, NOT_CONNECTED, type Signal, type SignalReader, signalOf } from "./signal-reader.ts";

const WIRELESS = "/proc/net/wireless";
/** Holds one name per radio. */
const RADIOS = "/sys/class/ieee80211";

/** Drivers renew the value with each beacon, usually 102.4 ms apart. */
const FILE_PAUSE_MS = 100;
const TOOL_PAUSE_MS = 250;
const MAX_BYTES = 1 << 20;

/** Returns the reason why nothing can be read here, or undefined. */
export function whyNoReader(host: Host): string | undefined {
  if (wirelessLevels(host.readText(WIRELESS) ?? "").length > 0) return undefined;
  if (host.readFolder(RADIOS).length === 0) return "no Wi-Fi interface";
  return host.findTool("iw") ? undefined : `'iw' is not installed, and ${WIRELESS} lists no interface`;
}

export function linuxReaders(host: Host): SignalReader[] {
  const readers: SignalReader[] = [];
  if (wirelessLevels(host.readText(WIRELESS) ?? "").length > 0) readers.push(fileReader(host));
  const iw = host.findTool("iw");
  if (iw) readers.push(iwReader(host, iw));
  return readers;
}

function fileReader(host: Host): SignalReader {
  return {
    pauseMs: FILE_PAUSE_MS,
    async read() {
      const levels = wirelessLevels(host.readText(WIRELESS) ?? "");
      if (levels.length === 0) return NO_INTERFACE;
      const signals = levels.map(signalOf);
      const known = signals.find((signal) => signal && "dBm" in signal) ?? signals[0];
      if (!known) throw new ToolError(`${WIRELESS}: level ${levels[0]} is not in dBm`);
      return known;
    },
    async [Symbol.asyncDispose]() {},
  };
}

function iwReader(host: Host, iw: string): SignalReader {
  let name: string | undefined;
  async function run(args: readonly string[], timeoutMs: number, signal: AbortSignal): Promise<string> {
    const output = await host.run(iw, args, { timeoutMs, maxBytes: MAX_BYTES }, signal);
    if (output.exitCode !== 0) throw new ToolError(`iw: ${output.stderr.trim().slice(0, 200)}`);
    return new TextDecoder().decode(output.stdout);
  }
  return {
    pauseMs: TOOL_PAUSE_MS,
    async read(timeoutMs, signal) {
      name ??= managedInterface(await run(["dev"], timeoutMs, signal));
      if (name === undefined) return NO_INTERFACE;
      return parseStation(await run(["dev", name, "station", "dump"], timeoutMs, signal));
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Returns the signal levels of all interfaces in /proc/net/wireless; a point after a level marks it as new. */
export function wirelessLevels(text: string): number[] {
  return text
    .split("\n")
    .map((line) => /^\s*[^\s:|]+:\s+[0-9a-f]{4}\s+-?\d+\.?\s+(-?\d+)\.?\s+-?\d+\.?\s/.exec(line)?.[1])
    .filter((level) => level !== undefined)
    .map(Number);
}

/** Finds, in `iw dev`, the first interface that is a client of a network. */
export function managedInterface(text: string): string | undefined {
  const blocks = text.split(/^\s*(?=Interface |Unnamed)/m);
  const block = blocks.find((each) => each.startsWith("Interface ") && /^\s*type managed$/m.test(each));
  return block && /^Interface (\S+)$/m.exec(block)?.[1];
}

/** Parses `iw dev <name> station dump` or `iw dev <name> link`. @throws ToolError for other text */
export function parseStation(text: string): Signal {
  if (text.trim() === "" || /^Not connected\.$/m.test(text)) return NOT_CONNECTED;
  const [, dBm] = /^\s*signal:\s+(-?\d{1,3})(?: \[[-\d, ]+\])? dBm$/m.exec(text) ?? [];
  const signal = dBm === undefined ? undefined : signalOf(Number(dBm));
  if (!signal) throw new ToolError("iw: no signal strength in its output");
  return signal;
}
