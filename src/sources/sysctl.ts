/** Counters of the kernel at large: /proc on Linux; sysctl on macOS, by c/kernels/system_counters.c. */
import type { Host } from "../platform/host.ts";
import { counterSource } from "./acquire/counters/counter-source.ts";
import { type Counters, fileGauge, nativeGauge } from "./acquire/counters/gauge.ts";

/** At least the number of names that ee_sysctl knows. */
const MACOS_COUNTERS = 32;

const LINUX_FILES: readonly { path: string; parse: (text: string) => Counters }[] = [
  { path: "/proc/stat", parse: parseStat },
  { path: "/proc/interrupts", parse: parseProcessorTable },
  { path: "/proc/softirqs", parse: parseProcessorTable },
  { path: "/proc/net/snmp", parse: parseNetworkTable },
  { path: "/proc/net/netstat", parse: parseNetworkTable },
];

export const sysctl = counterSource({
  info: {
    id: "sysctl",
    title: "Kernel counters",
    mechanism:
      "Growth since the last reading of the counts of interrupts, context switches, new processes and packets, or on " +
      "macOS of open files, threads and connections. The work of other programs and devices is unknown to us but not " +
      "random: anyone who watches the same counters sees the same numbers, and reading makes some of them grow.",
    family: "counters",
    unit: "count",
    symbolBits: 8,
    claim: 0.02,
    rateHz: 1_000,
    effects: [],
  },
  emits: "deltas",
  pauseMs: 1,
  availability(host) {
    if (host.os === "linux")
      return presentFiles(host).length > 0 ? { ok: true } : { ok: false, reason: "no readable /proc" };
    return host.native.ok ? { ok: true } : { ok: false, reason: host.native.reason };
  },
  gauges: (host) =>
    host.os === "linux"
      ? presentFiles(host).map(({ path, parse }) => fileGauge(host, path, parse))
      : [nativeGauge(host, "sysctl", MACOS_COUNTERS)],
});

function presentFiles(host: Host) {
  return LINUX_FILES.filter(({ path }) => host.readText(path) !== undefined);
}

/**
 * Parses context switches and new processes in /proc/stat. Its other numbers are clocks, or sums of the other files'.
 * @throws SyntaxError
 */
export function parseStat(text: string): Counters {
  const counters = new Map<string, bigint>();
  for (const line of lines(text)) {
    const match = /^(\w+)((?: +\d+)+) ?$/.exec(line);
    if (!match) throw new SyntaxError(`not understood: '${line.slice(0, 40)}'`);
    const [, name, values] = match;
    if (name === "ctxt" || name === "processes") counters.set(name, BigInt(values!.trim()));
  }
  if (counters.size !== 2) throw new SyntaxError("ctxt or processes is missing");
  return counters;
}

/** Timer ticks: clocks that count while a processor works. */
const CLOCKS = ["LOC", "TIMER"];

/**
 * Parses /proc/interrupts and /proc/softirqs: a line of processors, then lines `name: count … description`, with one count
 * per processor, or fewer for what is not counted by processor.
 * @throws SyntaxError
 */
export function parseProcessorTable(text: string): Counters {
  const [header, ...rows] = lines(text);
  const processors = header?.trim().split(/\s+/) ?? [];
  if (!processors.every((name) => /^CPU\d+$/.test(name)))
    throw new SyntaxError("the line of processors is missing");
  const counters = new Map<string, bigint>();
  for (const row of rows) {
    const [, name, rest] = /^\s*([\w-]+):(\s.*)$/.exec(row) ?? [];
    if (name === undefined || rest === undefined)
      throw new SyntaxError(`not understood: '${row.slice(0, 40)}'`);
    const words = rest.trim().split(/\s+/, processors.length);
    if (!/^\d+$/.test(words[0]!)) throw new SyntaxError(`no count of ${name}`);
    if (CLOCKS.includes(name)) continue;
    for (const [i, word] of words.entries()) {
      if (!/^\d+$/.test(word)) break;
      counters.set(`${name} ${processors[i]}`, BigInt(word));
    }
  }
  return counters;
}

/**
 * Parses /proc/net/snmp and /proc/net/netstat: pairs of lines, `Tcp: name name …` and `Tcp: count count …`.
 * @throws SyntaxError
 */
export function parseNetworkTable(text: string): Counters {
  const rows = lines(text).map((line) => line.trim().split(/\s+/));
  const counters = new Map<string, bigint>();
  for (let i = 0; i < rows.length; i += 2) {
    const [protocol, ...names] = rows[i]!;
    const [sameProtocol, ...values] = rows[i + 1] ?? [];
    if (protocol !== sameProtocol || names.length !== values.length)
      throw new SyntaxError(`names and counts of '${protocol}' do not match`);
    for (const [k, value] of values.entries()) {
      if (!/^-?\d+$/.test(value)) throw new SyntaxError(`not a count: '${value}'`);
      counters.set(`${protocol} ${names[k]}`, BigInt(value));
    }
  }
  return counters;
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}
