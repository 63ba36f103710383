/** Counters that drivers keep about their devices: I/O Registry on macOS, by the tool ioreg; /sys on Linux. */
import { SourceError } from "../errors.ts";
import type { Host } from "../platform/host.ts";
import type { Availability } from "../source.ts";
import { counterSource } from "./acquire/counters/counter-source.ts";
import { type Counters, fileGauge, type Gauge } from "./acquire/counters/gauge.ts";

/** `ioreg -l -w0` writes several megabytes in some 0.5 s. */
const IOREG_LIMITS = { timeoutMs: 5_000, maxBytes: 64 << 20 };

export const ioregistry = counterSource({
  info: {
    id: "ioregistry",
    title: "Device driver counters",
    mechanism:
      "Changes in the counters of device drivers since the last reading: operations and bytes of disks and network " +
      "interfaces, sleeps of processors, load of the graphics processor. They follow what the machine is used for; " +
      "every program may read them.",
    family: "counters",
    unit: "count",
    symbolBits: 8,
    claim: 0.02,
    rateHz: 100,
    // On macOS only.
    effects: ["subprocess"],
  },
  emits: "deltas",
  pauseMs: 1,
  availability(host) {
    if (host.os === "linux") return linuxAvailability(host);
    return host.findTool("ioreg") === undefined ? { ok: false, reason: "no tool ioreg" } : { ok: true };
  },
  gauges: (host) =>
    host.os === "linux"
      ? linuxFiles(host).map((path) => fileGauge(host, path, parseNumbers))
      : [ioregGauge(host)],
});

function ioregGauge(host: Host): Gauge {
  const tool = host.findTool("ioreg");
  if (tool === undefined) throw new SourceError("ioregistry", "no tool ioreg");
  return {
    name: "ioreg",
    async read(signal) {
      const { stdout, exitCode } = await host.run(tool, ["-l", "-w0"], IOREG_LIMITS, signal);
      if (exitCode !== 0) throw new Error(`exit code ${exitCode}`);
      return parseIoreg(new TextDecoder().decode(stdout));
    },
  };
}

/** Most processors read, of a machine that may have hundreds: each has files of its own. */
const MAX_PROCESSORS = 16;

/** Time between two looks, long enough for a processor with nothing to do to go to sleep and to be woken by us. */
const LOOK_MS = 20;

/**
 * Looks twice for a counter that moves: where all processors are busy and no device is, all stand still, and there is nothing
 * to sample.
 */
function linuxAvailability(host: Host): Availability {
  const files = linuxFiles(host);
  if (files.length === 0) return { ok: false, reason: "no device counters in /sys" };
  const look = () => files.map((path) => host.readText(path)).join();
  const before = look();
  if (look() !== before) return { ok: true };
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS);
  if (look() !== before) return { ok: true };
  return {
    ok: false,
    reason: `no device counter changed in ${LOOK_MS} ms: the devices are idle, and no processor is`,
  };
}

/** Lists files of counters: of interfaces, disks and the idle states of processors. */
function linuxFiles(host: Host): string[] {
  const below = (folder: string, name: RegExp) =>
    host
      .readFolder(folder)
      .filter((entry) => name.test(entry))
      .map((entry) => `${folder}/${entry}`);
  const processors = below("/sys/devices/system/cpu", /^cpu\d+$/).slice(0, MAX_PROCESSORS);
  return [
    ...below("/sys/class/net", /./).flatMap((device) =>
      below(`${device}/statistics`, /^[rt]x_(bytes|packets)$/),
    ),
    ...below("/sys/block", /./).flatMap((device) => below(device, /^stat$/)),
    ...processors.flatMap((cpu) => below(`${cpu}/cpuidle`, /^state\d+$/)).map((state) => `${state}/usage`),
    ...processors.flatMap((cpu) => below(`${cpu}/cpufreq`, /^scaling_cur_freq$/)),
  ].filter((path) => host.readText(path) !== undefined);
}

/** Columns of /sys/block/…/stat that are times (Linux documentation, block/stat): clocks that run while a disk works. */
const DISK_TIMES = [3, 7, 9, 10, 14, 16];

/** Parses a line of numbers: one, or the many of a disk, without its times. @throws SyntaxError */
export function parseNumbers(text: string): Counters {
  const words = text.trim().split(/\s+/);
  const counters = new Map<string, bigint>();
  for (const [i, word] of words.entries()) {
    if (!/^-?\d+$/.test(word)) throw new SyntaxError(`not a number: '${word.slice(0, 40)}'`);
    if (words.length === 1 || !DISK_TIMES.includes(i)) counters.set(String(i), BigInt(word));
  }
  return counters;
}

/** Matches the names of clocks: UpdateTime, Total Time (Read), TimeStamp; but not LifetimeData, nor words like updated. */
const CLOCK = /Time|[Uu]ptime|Date\b/;

/**
 * Parses all numbers that `ioreg -l -w0` prints, including those inside dictionaries. They are named by the number of
 * their entry and their keys, because the names of entries repeat. Leaves out data, lists, texts and clocks.
 * @throws SyntaxError if it is not ioreg's output, or not all of it
 */
export function parseIoreg(text: string): Counters {
  if (!text.endsWith("\n")) throw new SyntaxError("is cut short");
  const counters = new Map<string, bigint>();
  let entry: string | undefined;
  for (const line of text.split("\n")) {
    const heading = /^[ |]*\+-o .*<class [^<>]*\bid (0x[0-9a-f]+)/.exec(line);
    if (heading) entry = heading[1];
    const property = /^[ |]*"([^"]*)" = (\d+$|\{.*$)/.exec(line);
    if (!property || entry === undefined) continue;
    const [, key, value] = property;
    if (value!.startsWith("{"))
      for (const [name, number] of readDictionary(value!)) counters.set(`${entry} ${key} ${name}`, number);
    else if (!CLOCK.test(key!)) counters.set(`${entry} ${key}`, BigInt(value!));
  }
  if (entry === undefined) throw new SyntaxError("there is no entry in it");
  return counters;
}

/** Returns the numbers of `{"key"=1,"key"={"key"=2},"key"=(3,4),"key"="text"}`; none unless all of the text is like that. */
function readDictionary(text: string): Counters {
  const numbers = new Map<string, bigint>();
  return readValue(text, 0, "", numbers) === text.length ? numbers : new Map();
}

/** Reads the value at `at`, and stores its numbers at `path` and below if that is defined. @returns its end, NaN if none */
function readValue(text: string, at: number, path: string | undefined, numbers: Map<string, bigint>): number {
  const opening = text[at];
  if (opening !== "{" && opening !== "(") {
    const [whole, digits] = matchAt(/"[^"]*"|<[^>]*>|(\d+)(?=[,)}])|[^{}()=,"<>]+/y, text, at);
    if (digits !== undefined && path !== undefined) numbers.set(path, BigInt(digits));
    return at + (whole?.length ?? Number.NaN);
  }
  const closing = opening === "{" ? "}" : ")";
  let next = at + 1;
  if (text[next] === closing) return next + 1;
  for (;;) {
    let inner: string | undefined;
    if (opening === "{") {
      const [whole, key] = matchAt(/"([^"]*)"=/y, text, next);
      if (whole === undefined) return Number.NaN;
      next += whole.length;
      if (path !== undefined && !CLOCK.test(key!)) inner = `${path} ${key}`.trimStart();
    }
    next = readValue(text, next, inner, numbers);
    if (text[next] === closing) return next + 1;
    if (text[next] !== ",") return Number.NaN;
    next += 1;
  }
}

function matchAt(pattern: RegExp, text: string, at: number): readonly (string | undefined)[] {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? [];
}
