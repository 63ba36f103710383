/** The strength of the Wi-Fi signal, each time it changes. Native part, for macOS: c/kernels/wifi_rssi.c */
import { NativeError, SourceError, ToolError } from "../errors.ts";
import type { Source, SourceInfo } from "../source.ts";
import { Deadline } from "./acquire/event/deadline.ts";
import { type Batch, type EventFeed, EventSampler } from "./acquire/event/event-sampler.ts";
import { linuxReaders, whyNoReader } from "./acquire/radio/linux-signal.ts";
import { macReaders } from "./acquire/radio/mac-signal.ts";
import type { SignalReader } from "./acquire/radio/signal-reader.ts";

const info: SourceInfo = {
  id: "wifi_rssi",
  title: "Wi-Fi signal strength",
  mechanism:
    "The received strength in dBm, each time it differs from the last: fading, everything that moves in the room, " +
    "other senders, the receiver's own noise. The driver smooths it; it wanders slowly by a few dB, and a receiver " +
    "nearby sees something similar.",
  family: "radio",
  unit: "level",
  symbolBits: 8,
  // 0.05 bits seems likely; nothing is claimed before there is a recording to assess.
  claim: 0,
  rateHz: 0.5,
  effects: ["subprocess"],
};

/** Less than the scheduler waits for one sample at this rate: 2 s + 4 / rateHz. */
const UNCHANGED_MS = 9_000;

/** The slowest reader, system_profiler, takes about 2.5 s. One that hangs must leave time for the next. */
const READ_MS = 4_000;

export function wifiRssiSource({ unchangedMs = UNCHANGED_MS } = {}): Source {
  return {
    info,
    /** On macOS only a question to the system's Wi-Fi service would show whether there is an interface; that is sampling. */
    async availability(host) {
      const reason = host.os === "linux" ? whyNoReader(host) : undefined;
      return reason === undefined ? { ok: true } : { ok: false, reason };
    },
    async open(host) {
      const readers = host.os === "linux" ? linuxReaders(host) : macReaders(host);
      return new EventSampler(info, host, new SignalFeed(readers, unchangedMs));
    },
  };
}

export const wifiRssi = wifiRssiSource();

/** Watches the strength through the first of several readers that works. */
class SignalFeed implements EventFeed {
  #last: number | undefined;
  #failure: string | undefined;

  constructor(
    private readonly readers: SignalReader[],
    private readonly unchangedMs: number,
  ) {}

  async take(_max: number, signal: AbortSignal): Promise<Batch> {
    const late = () =>
      new SourceError(
        info.id,
        this.#failure ?? `the signal strength did not change for ${this.unchangedMs} ms`,
      );
    const deadline = new Deadline(this.unchangedMs, late, signal);
    for (;;) {
      const { dBm, pauseMs } = await this.#read(deadline, signal);
      const last = this.#last;
      this.#last = dBm;
      // The first strength is the one that changes are counted from.
      if (last !== undefined && dBm !== last) return { values: [dBm], discarded: 0 };
      await deadline.pause(pauseMs);
    }
  }

  async #read(deadline: Deadline, signal: AbortSignal): Promise<{ dBm: number; pauseMs: number }> {
    for (;;) {
      deadline.check();
      const [reader] = this.readers;
      if (!reader) throw new SourceError(info.id, this.#failure ?? "no way to ask for the signal strength");
      try {
        const found = await reader.read(Math.min(READ_MS, deadline.leftMs), signal);
        if ("dBm" in found) return { dBm: found.dBm, pauseMs: reader.pauseMs };
        throw new SourceError(info.id, found.none);
      } catch (error) {
        // A reader that has worked before is not given up for another.
        const unusable = error instanceof ToolError || error instanceof NativeError;
        if (!unusable || this.#last !== undefined) throw error;
        this.#failure ??= error.message;
        this.readers.shift();
        await reader[Symbol.asyncDispose]();
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const reader of this.readers) await reader[Symbol.asyncDispose]();
  }
}
