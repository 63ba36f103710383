/**
 * Shared part of the noise sources that read numbers the system keeps about itself. The sampler reads them, waits a
 * little and reads them again. A sample is the change of a number, or its new value; an unchanged number yields none.
 */
import { setTimeout } from "node:timers/promises";
import { SourceError } from "../../../errors.ts";
import type { Host } from "../../../platform/host.ts";
import type { Availability, Sampler, Source, SourceInfo } from "../../../source.ts";
import type { RawTrace } from "../../../trace.ts";
import type { Counters, Gauge } from "./gauge.ts";

export interface CounterSource {
  readonly info: SourceInfo;
  /**
   * `deltas`: the change of a counter, modulo 2⁶⁴, for counters that were seen to change, each in its own way, before the
   * first sample. `levels`: a sensor's new reading, for all sensors.
   */
  readonly emits: "deltas" | "levels";
  /** Pause between two readings. */
  readonly pauseMs: number;
  availability(host: Host): Availability;
  /** Lists the gauges to read; may list folders, but reads no gauge yet. */
  gauges(host: Host): readonly Gauge[];
}

export function counterSource(source: CounterSource): Source {
  return {
    info: source.info,
    availability: async (host) => source.availability(host),
    async open(host) {
      const answer = source.availability(host);
      if (!answer.ok) throw new SourceError(source.info.id, answer.reason);
      return new CounterSampler(source, host, source.gauges(host));
    },
  };
}

/** Time for which counters are watched before the changing ones are chosen: some ten readings. */
const CALIBRATION_MS = 100;

/** Longest wait for a change. Counters of a system that does anything change within 10 ms, sensors within 1 s. */
const PATIENCE_MS = 1_500;

interface Watched {
  readonly gauge: Gauge;
  readonly keys: readonly string[];
  readonly last: Map<string, bigint>;
}

class CounterSampler implements Sampler {
  #watched: readonly Watched[] | undefined;
  /** Changes seen in the last reading, but not asked for yet. */
  readonly #pending: bigint[] = [];
  readonly #id: string;

  constructor(
    private readonly source: CounterSource,
    private readonly host: Host,
    private readonly gauges: readonly Gauge[],
  ) {
    this.#id = source.info.id;
  }

  async sample(n: number, signal: AbortSignal): Promise<RawTrace> {
    signal.throwIfAborted();
    if (!Number.isInteger(n) || n < 1) throw new RangeError(`sample count ${n} is not a positive integer`);
    this.#watched ??= await this.#choose(signal);
    const samples = new BigUint64Array(n);
    const startedNs = this.host.nowNs();
    let changedNs = startedNs;
    let filled = this.#take(samples, 0);
    while (filled < n) {
      for (const watched of this.#watched) await this.#look(watched, signal);
      const from = filled;
      filled = this.#take(samples, from);
      if (filled === n) break;
      if (filled > from) changedNs = this.host.nowNs();
      else if (this.host.nowNs() - changedNs > PATIENCE_MS * 1e6) this.#giveUp();
      await setTimeout(this.source.pauseMs);
      signal.throwIfAborted();
    }
    const elapsedNs = this.host.nowNs() - startedNs;
    return { sourceId: this.#id, samples, discarded: 0, startedNs, elapsedNs };
  }

  /** Chooses the numbers to watch. Their order is that of the gauges, and within a gauge that of its first reading. */
  async #choose(signal: AbortSignal): Promise<readonly Watched[]> {
    const found: Watched[] = [];
    for (const gauge of this.gauges) {
      const last = new Map(await this.#read(gauge, signal));
      found.push({ gauge, keys: [...last.keys()], last });
    }
    if (this.source.emits === "levels") return found.filter(({ keys }) => keys.length > 0);

    // Changes of each counter so far, by gauge and name.
    const courses = found.map(() => new Map<string, string>());
    const startedNs = this.host.nowNs();
    for (let round = 0; ; round++) {
      await setTimeout(this.source.pauseMs);
      signal.throwIfAborted();
      for (const [i, { gauge, last }] of found.entries()) {
        for (const [key, value] of await this.#read(gauge, signal)) {
          const before = last.get(key);
          if (before === undefined || before === value) continue;
          const course = courses[i]!.get(key) ?? "";
          courses[i]!.set(key, `${course} ${round}:${value > before ? value - before : before - value}`);
          last.set(key, value);
        }
      }
      const elapsedNs = this.host.nowNs() - startedNs;
      if (elapsedNs > CALIBRATION_MS * 1e6 && courses.some(({ size }) => size > 0)) break;
      if (elapsedNs > PATIENCE_MS * 1e6) this.#giveUp();
    }
    // Counters that took the same course all the time, or its mirror image, are one counter under several names.
    const seen = new Set<string>();
    const isNew = (course: string | undefined) => {
      if (course === undefined || seen.has(course)) return false;
      seen.add(course);
      return true;
    };
    return found
      .map(({ gauge, keys, last }, i) => ({
        gauge,
        keys: keys.filter((key) => isNew(courses[i]!.get(key))),
        last,
      }))
      .filter(({ keys }) => keys.length > 0);
  }

  async #look({ gauge, keys, last }: Watched, signal: AbortSignal): Promise<void> {
    const now = await this.#read(gauge, signal);
    const { emits } = this.source;
    for (const key of keys) {
      const value = now.get(key);
      const before = last.get(key);
      if (value === undefined || before === undefined) {
        // A sensor may fail to answer for a while; a counter that disappears belonged to something that is gone.
        if (emits === "levels") continue;
        throw new SourceError(this.#id, `${gauge.name}: '${key}' has disappeared`);
      }
      if (value === before) continue;
      this.#pending.push(emits === "levels" ? value : value - before);
      last.set(key, value);
    }
  }

  async #read(gauge: Gauge, signal: AbortSignal): Promise<Counters> {
    try {
      const counters = gauge.read(signal);
      return counters instanceof Promise ? await counters : counters;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SourceError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new SourceError(this.#id, `${gauge.name}: ${reason}`, { cause: error });
    }
  }

  /** Moves pending changes to the samples, oldest first. @returns the number of samples filled */
  #take(samples: BigUint64Array, from: number): number {
    const taken = this.#pending.splice(0, samples.length - from);
    // The array stores them modulo 2⁶⁴: a decrease becomes its two's complement.
    for (const [i, change] of taken.entries()) samples[from + i] = change;
    return from + taken.length;
  }

  #giveUp(): never {
    const what = this.source.emits === "levels" ? "sensor" : "counter";
    throw new SourceError(this.#id, `no ${what} changed in ${PATIENCE_MS} ms`);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
