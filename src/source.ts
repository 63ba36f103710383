/**
 * START HERE. What a noise source is (SP 800-90B §2.2.1).
 *
 * The path of a byte: Source → RawTrace (trace.ts) → health tests (health/monitor.ts) → pool (pool/pool.ts) →
 * random bit generator (rbg/rbg.ts) → a face (commands/stream.ts). To add a source, write one file in sources/.
 */
import type { Host } from "./platform/host.ts";
import type { RawTrace } from "./trace.ts";

/** A noise source. It measures; it never conditions, tests or retries. */
export interface Source {
  readonly info: SourceInfo;
  /** Whether this host can run it. Under 50 ms, no prompt, no network, no sampling, never throws. */
  availability(host: Host): Promise<Availability>;
  /** Acquires buffers, files and sockets; release with `await using`. @throws SourceError */
  open(host: Host): Promise<Sampler>;
}

export type Availability = { readonly ok: true } | { readonly ok: false; readonly reason: string };

export interface Sampler extends AsyncDisposable {
  /** Exactly `n` consecutive raw samples or none. @throws SourceError; the signal's reason if aborted */
  sample(n: number, signal: AbortSignal): Promise<RawTrace>;
}

export interface SourceInfo {
  /** snake_case, never renamed once released. */
  readonly id: string;
  readonly title: string;
  /** What is believed unpredictable, and what is not known about it. */
  readonly mechanism: string;
  /** Sources that share a mechanism; the ledger pays a family once for the same stretch of time. */
  readonly family: Family;
  readonly unit: "ticks" | "nanoseconds" | "count" | "level";
  /** 1..8: what the health tests and estimators see of a sample. */
  readonly symbolBits: number;
  /** H_submitter (SP 800-90B §3.1.3), bits per symbol; 0 = mixed, never credited. For a counter step ≤ 20 ns. */
  readonly claim: number;
  /** The same for coarser counters, up to the 41.67 ns of Apple silicon. Defaults to `claim`. */
  readonly coarseClaim?: number;
  /** Order of magnitude of its raw samples a second; sizes the first request and sorts `fast`. */
  readonly rateHz: number;
  /** On any system: a source that uses a tool on macOS only is opt-in on Linux too. */
  readonly effects: readonly Effect[];
  /** Why it is not on by default although it is quick enough and has no effects. */
  readonly offByDefault?: string;
}

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
] as const;
export type Family = (typeof FAMILIES)[number];

/** What using a source does to the world besides taking time. A source that has any is never on by default. */
export type Effect = "network" | "microphone" | "camera" | "subprocess" | "disk-write";

/** At this rate or above, and without side effects, a source is on by default unless it says otherwise. */
export const DEFAULT_MIN_RATE_HZ = 1_000;

/** Counter steps at which recordings were made: 10 ns, and re-quantised to 24 MHz (41.67 ns). */
const FINE_STEP_NS = 20;
const COARSE_STEP_NS = 42;

/**
 * Min-entropy claimed with a counter of this step, bits per symbol. Only timing sources depend on the step. They claim
 * nothing beyond the coarsest step for which there is evidence, and no more than the coarse claim while the step is unknown.
 * @param stepNs period of the counter's step; undefined, or not above 0, where it is unknown
 */
export function claimAt(info: SourceInfo, stepNs: number | undefined): number {
  if (info.unit !== "ticks") return info.claim;
  if (stepNs === undefined || !(stepNs > 0)) return info.coarseClaim ?? info.claim;
  if (stepNs <= FINE_STEP_NS) return info.claim;
  return stepNs <= COARSE_STEP_NS ? (info.coarseClaim ?? info.claim) : 0;
}

/** Period of the step of this host's counter, nanoseconds; undefined without a native library. */
export function counterStepNs({ native }: Host): number | undefined {
  return native.ok ? native.library.clock.periodNs : undefined;
}

export function isDefault(info: SourceInfo): boolean {
  return info.effects.length === 0 && info.offByDefault === undefined && info.rateHz >= DEFAULT_MIN_RATE_HZ;
}
