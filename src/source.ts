/**
 * START HERE: defines a noise source (SP 800-90B §2.2.1).
 *
 * The path of a byte: Source → RawTrace (trace.ts) → health tests (health/monitor.ts) → pool (pool/pool.ts) →
 * random bit generator (rbg/rbg.ts) → a face (commands/stream.ts). To add a source, write one file in sources/.
 */
import type { Host } from "./platform/host.ts";
import type { RawTrace } from "./trace.ts";

/** A noise source. It measures; it never conditions, tests or retries. */
export interface Source {
  readonly info: SourceInfo;
  /** Tells if this host can run it. Takes under 50 ms; never prompts, uses the network, samples or throws. */
  availability(host: Host): Promise<Availability>;
  /** Acquires buffers, files and sockets; release with `await using`. @throws SourceError */
  open(host: Host): Promise<Sampler>;
  /** Describes how the native library alone takes the same samples; absent where there is more to it. */
  kernelRun?(host: Host): KernelRun;
}

/** Calls of one kernel of the native library, by which a process that has nothing else samples a source. */
export interface KernelRun {
  /** `ee_<kernel>` is called. */
  readonly kernel: string;
  /** Arguments for `ee_<kernel>_open`, tried in order until it accepts one; undefined if the kernel is not opened. */
  readonly texts?: readonly (string | undefined)[];
  /** Samples dropped after opening, taken in one call. */
  readonly warmUpSamples: number;
  /** Samples of one call, at most. */
  readonly chunkSamples: number;
}

export type Availability = { readonly ok: true } | Unavailable;

export interface Unavailable {
  readonly ok: false;
  readonly reason: string;
  /** True if that may change while the program runs, as when a device is plugged in: it is tried again. */
  readonly mayPass?: boolean;
}

export interface Sampler extends AsyncDisposable {
  /** Resolves with exactly `n` consecutive raw samples. @throws SourceError; the signal's reason if aborted */
  sample(n: number, signal: AbortSignal): Promise<RawTrace>;
}

export interface SourceInfo {
  /** snake_case, never renamed once released. */
  readonly id: string;
  readonly title: string;
  /** States what is believed to be unpredictable, and what is not known about it. */
  readonly mechanism: string;
  /** Groups sources that share a mechanism; what two members saw at the same moment is paid once. */
  readonly family: Family;
  readonly unit: (typeof UNITS)[number];
  /** Low bits of a sample that the health tests and estimators see, 1..8. */
  readonly symbolBits: number;
  /** H_submitter (SP 800-90B §3.1.3) at a counter step ≤ 20 ns, bits per symbol; 0: mixed in, never credited. */
  readonly claim: number;
  /** The same for coarser counters, up to the 41.67 ns of Apple silicon. Defaults to `claim`. */
  readonly coarseClaim?: number;
  /** Entropy that `calibrate` assessed on this machine, bits per symbol; undefined without a profile. */
  readonly calibratedH?: number;
  /** Raw samples per second, to the order of magnitude; sizes the first request and decides what counts as `fast`. */
  readonly rateHz: number;
  /** Effects on any system: a source that uses a tool on macOS only is opt-in on Linux too. */
  readonly effects: readonly Effect[];
  /** Reason for being off by default although it is quick enough and has no effects. */
  readonly offByDefault?: string;
  /**
   * Longest silence that is no fault, ms, of what comes from outside at a pace of its own. The source itself ends a longer one. Its
   * requests come one at a time and hold up no others. Its pace is unknown: `rateHz` sizes the first request, and no more.
   */
  readonly silenceMs?: number;
  /** It may not be credited, whoever says so: a replay gives the same bytes at each start, a generator computes them. */
  readonly notNoise?: "replay" | "generator";
}

export const UNITS = ["ticks", "nanoseconds", "count", "level"] as const;

export const FAMILIES = [
  "clock",
  "memory",
  "page-table",
  "file",
  "scheduler",
  "workload",
  "counters",
  "radio",
  "sensor",
  "network",
  "process",
  // What the user has named. Two names may lead to one device: all of them together count as one.
  "external",
] as const;
export type Family = (typeof FAMILIES)[number];

/** Side effects of using a source. A source that has any is never on by default. */
export const EFFECTS = ["network", "microphone", "camera", "subprocess", "disk-write"] as const;
export type Effect = (typeof EFFECTS)[number];

/** A source at or above this rate, without side effects, is on by default unless it says otherwise. */
export const DEFAULT_MIN_RATE_HZ = 1_000;

/**
 * Share of an assessed entropy that is credited at most, whoever assessed it: claims, profiles and the estimates of blocks
 * all keep this distance. Estimates are upper ones: they show that there is no more.
 */
export const CREDITED_SHARE = 0.5;

/** Coarsest counter steps of the two claims, ns. Recordings were made at 10 ns, and re-quantised to 24 MHz (41.67 ns). */
const FINE_STEP_NS = 20;
const COARSE_STEP_NS = 42;

/**
 * Returns the min-entropy claimed with a counter of this step, bits per symbol. Only timing sources depend on the step.
 * They claim nothing beyond the coarsest step for which there is evidence, and at most the coarse claim while the step
 * is unknown.
 * @param stepNs period of the counter's step; undefined, or not above 0, where it is unknown
 */
export function claimAt(info: SourceInfo, stepNs: number | undefined): number {
  if (info.unit !== "ticks") return info.claim;
  if (stepNs === undefined || !(stepNs > 0)) return info.coarseClaim ?? info.claim;
  if (stepNs <= FINE_STEP_NS) return info.claim;
  return stepNs <= COARSE_STEP_NS ? (info.coarseClaim ?? info.claim) : 0;
}

/** Returns the step of this host's counter, ns; undefined without a native library. */
export function counterStepNs({ native }: Host): number | undefined {
  return native.ok ? native.library.clock.periodNs : undefined;
}

/** Tells if the source is used unless a list says otherwise: who names one wants it. */
export function isDefault(info: SourceInfo): boolean {
  if (info.family === "external") return true;
  return info.effects.length === 0 && info.offByDefault === undefined && info.rateHz >= DEFAULT_MIN_RATE_HZ;
}
