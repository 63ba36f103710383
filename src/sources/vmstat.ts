/** Counters of the virtual memory: /proc/vmstat on Linux; sysctl on macOS, by c/kernels/system_counters.c. */
import { counterSource } from "./acquire/counters/counter-source.ts";
import { type Counters, fileGauge, nativeGauge } from "./acquire/counters/gauge.ts";

const LINUX_FILE = "/proc/vmstat";

/** At least the number of names that ee_vmstat knows. */
const MACOS_COUNTERS = 40;

export const vmstat = counterSource({
  info: {
    id: "vmstat",
    title: "Virtual-memory counters",
    mechanism:
      "Changes since the last reading of the counts of free, used, faulted and reclaimed pages: the memory traffic of " +
      "all programs. Other programs can see the same numbers, several of them move together, and reading moves some.",
    family: "counters",
    unit: "count",
    symbolBits: 8,
    claim: 0.02,
    rateHz: 3_000,
    effects: [],
  },
  emits: "deltas",
  pauseMs: 1,
  availability(host) {
    if (host.os === "linux") {
      return host.readText(LINUX_FILE) === undefined
        ? { ok: false, reason: `no ${LINUX_FILE}` }
        : { ok: true };
    }
    return host.native.ok ? { ok: true } : { ok: false, reason: host.native.reason };
  },
  gauges: (host) =>
    host.os === "linux"
      ? [fileGauge(host, LINUX_FILE, parseVmstat)]
      : [nativeGauge(host, "vmstat", MACOS_COUNTERS)],
});

/** Parses lines `name count`. @throws SyntaxError */
export function parseVmstat(text: string): Counters {
  const counters = new Map<string, bigint>();
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const match = /^(\w+) (-?\d+)$/.exec(line);
    if (!match) throw new SyntaxError(`not understood: '${line.slice(0, 40)}'`);
    counters.set(match[1]!, BigInt(match[2]!));
  }
  return counters;
}
