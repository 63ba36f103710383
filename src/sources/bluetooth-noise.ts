/** The time from one report of a Bluetooth device's signal strength to the next. */
import { SourceError, ToolError } from "../errors.ts";
import type { Host } from "../platform/host.ts";
import type { Availability, Source, SourceInfo } from "../source.ts";
import { Deadline } from "./acquire/event/deadline.ts";
import type { Batch, EventFeed } from "./acquire/event/event-sampler.ts";
import { eventSource } from "./acquire/event/event-source.ts";
import { LineStream } from "./acquire/event/line-stream.ts";
import { parseBluetoothProfile, parseScanLine } from "./acquire/radio/bluetooth-reports.ts";

const info: SourceInfo = {
  id: "bluetooth_noise",
  title: "Arrival of Bluetooth reports",
  mechanism:
    "Nanoseconds between reports of the signal strength of devices nearby. Advertisers shift each of their packets by " +
    "a random 0 to 10 ms, and which of them is received depends on the channel of the moment. The numbers also hold " +
    "the delays of a daemon, a pipe and this program's own event loop. On macOS there are only snapshots: the number " +
    "is the time that the tool took until one differed.",
  family: "radio",
  unit: "nanoseconds",
  symbolBits: 8,
  // 1 bit seems likely; nothing is claimed before there is a recording to assess.
  claim: 0,
  rateHz: 1,
  effects: ["subprocess"],
};

/** Less than the scheduler waits for one sample at this rate: 2 s + 4 / rateHz. */
const SILENCE_MS = 5_000;

const MAX_BYTES = 1 << 20;

export function bluetoothNoiseSource({ silenceMs = SILENCE_MS } = {}): Source {
  return eventSource(info, availability, (host) =>
    host.os === "linux" ? new ScanFeed(host, silenceMs) : new SnapshotFeed(host, silenceMs),
  );
}

export const bluetoothNoise = bluetoothNoiseSource();

function availability(host: Host): Availability {
  if (host.os === "darwin") {
    return host.findTool("system_profiler") ? { ok: true } : { ok: false, reason: "no system_profiler" };
  }
  if (host.readFolder("/sys/class/bluetooth").length === 0)
    return { ok: false, reason: "no Bluetooth controller" };
  if (!host.findTool("bluetoothctl")) return { ok: false, reason: "'bluetoothctl' is not installed" };
  return { ok: true };
}

function silence(ms: number): SourceError {
  return new SourceError(info.id, `no Bluetooth report in ${ms} ms`);
}

/** Linux: a scan that runs as long as the source is open. */
class ScanFeed implements EventFeed {
  #lines: LineStream | undefined;
  #lastNs: number | undefined;

  constructor(
    private readonly host: Host,
    private readonly silenceMs: number,
  ) {}

  async take(_max: number, signal: AbortSignal): Promise<Batch> {
    this.#lines ??= this.#start();
    const deadline = new Deadline(this.silenceMs, () => silence(this.silenceMs), signal);
    for (;;) {
      const line = await this.#lines.next(deadline);
      if (!line) throw new SourceError(info.id, "the scan has ended");
      deadline.check();
      if (!parseScanLine(line.text) || line.joined) continue;
      const last = this.#lastNs;
      this.#lastNs = line.arrivedNs;
      if (last !== undefined) return { values: [line.arrivedNs - last], discarded: 0 };
    }
  }

  /** Without a time limit the tool would only start the scan and exit. The limit is a day; a closed pipe ends it earlier. */
  #start(): LineStream {
    const tool = this.host.findTool("bluetoothctl");
    if (!tool) throw new SourceError(info.id, "'bluetoothctl' is not installed");
    const args = ["--timeout", "86400", "scan", "on"];
    return new LineStream(this.host.start(tool, args, { maxBytes: MAX_BYTES }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lines?.[Symbol.asyncDispose]();
    this.#lines = undefined;
  }
}

/** macOS: one snapshot after the other. An event is a snapshot whose strengths differ from the one before. */
class SnapshotFeed implements EventFeed {
  #last: string | undefined;
  #sinceNs = 0;

  constructor(
    private readonly host: Host,
    private readonly silenceMs: number,
  ) {}

  async take(_max: number, signal: AbortSignal): Promise<Batch> {
    const deadline = new Deadline(this.silenceMs, () => silence(this.silenceMs), signal);
    for (;;) {
      deadline.check();
      const { strengths, elapsedNs } = await this.#look(deadline.leftMs, signal);
      const last = this.#last;
      this.#last = strengths;
      this.#sinceNs += elapsedNs;
      if (last === undefined || last === strengths) continue;
      const value = this.#sinceNs;
      this.#sinceNs = 0;
      return { values: [value], discarded: 0 };
    }
  }

  async #look(timeoutMs: number, signal: AbortSignal): Promise<{ strengths: string; elapsedNs: number }> {
    const tool = this.host.findTool("system_profiler");
    if (!tool) throw new SourceError(info.id, "no system_profiler");
    const args = ["SPBluetoothDataType", "-json"];
    const { stdout, exitCode, elapsedNs } = await this.host.run(
      tool,
      args,
      { timeoutMs, maxBytes: MAX_BYTES },
      signal,
    );
    if (exitCode !== 0) throw new ToolError(`${tool}: exit code ${exitCode}`);
    const reports = parseBluetoothProfile(new TextDecoder().decode(stdout));
    if (reports.length === 0)
      throw new SourceError(info.id, "no connected device whose signal strength is known");
    const strengths = reports
      .map(({ address, dBm }) => `${address} ${dBm}`)
      .sort()
      .join();
    return { strengths, elapsedNs };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
