/** One source's place in the collector's round: whether it may sample, how fast it is, what it was given. */
import type { SourceInfo } from "../source.ts";

export type LaneState =
  /** Takes part. */
  | { readonly kind: "active" }
  /** Threw, hung or failed its health tests; tried again at `retryAtMs`. */
  | { readonly kind: "quarantined"; readonly reason: string; readonly retryAtMs: number }
  /** Cannot run here. */
  | { readonly kind: "unavailable"; readonly reason: string };

/** A request on its way through the sampling thread. */
export interface Errand {
  readonly request: number;
  readonly n: number;
  readonly issuedMs: number;
  /** When the thread took it up; undefined while it waits behind others. */
  begunMs: number | undefined;
  abortedMs: number | undefined;
}

/** Long enough to amortise a request (some 50 µs), short enough that no source waits long for its turn. */
const SLICE_MS = 4;
/** First requests are shorter: the registry's rate is an order of magnitude, not a measurement. */
const FIRST_SLICE_MS = 2;
const MAX_SAMPLES = 65_536;

const FIRST_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;

export class Lane {
  state: LaneState = { kind: "active" };
  /** Whether the sampling thread holds it open. */
  opened = false;
  /** Period of the counter's step, nanoseconds; known once the source was opened. */
  stepNs: number | undefined;
  readonly errands: Errand[] = [];
  /** Set aside by the user. */
  paused = false;
  /** Sampling time used, divided by weight: the lane with the least goes next (stride scheduling). */
  pass = 0;
  /** The same for the time when nobody wants entropy; there all weigh the same. */
  idlePass = 0;
  samples = 0;
  discarded = 0;
  faults = 0;
  lastFault: string | undefined;
  #busyNs = 0;
  #recentHz: number | undefined;
  #backoffMs = FIRST_BACKOFF_MS;

  constructor(readonly info: SourceInfo) {}

  /** Measured raw samples a second of its own time; before the first trace, the registry's figure. */
  get rateHz(): number {
    return this.#recentHz ?? this.info.rateHz;
  }

  /** Sampling time so far, nanoseconds. */
  get busyNs(): number {
    return this.#busyNs;
  }

  /** How many samples to ask for next. */
  get sliceSamples(): number {
    const sliceMs = this.#recentHz === undefined ? FIRST_SLICE_MS : SLICE_MS;
    return Math.min(MAX_SAMPLES, Math.max(1, Math.round((this.rateHz * sliceMs) / 1000)));
  }

  /** Milliseconds that a request for `n` samples should take. */
  expectedMs(n: number): number {
    return (n / this.rateHz) * 1000;
  }

  delivered(n: number, discarded: number, elapsedNs: number): void {
    this.samples += n;
    this.discarded += discarded;
    if (!(elapsedNs > 0)) return;
    this.#busyNs += elapsedNs;
    const hz = (n / elapsedNs) * 1e9;
    // The mean of the last few slices: one preempted slice must not shrink the next tenfold.
    this.#recentHz = this.#recentHz === undefined ? hz : 0.75 * this.#recentHz + 0.25 * hz;
  }

  quarantine(reason: string, nowMs: number): void {
    this.faults += 1;
    this.lastFault = reason;
    this.state = { kind: "quarantined", reason, retryAtMs: nowMs + this.#backoffMs };
    this.#backoffMs = Math.min(MAX_BACKOFF_MS, this.#backoffMs * 2);
  }

  /** It earned again: the next fault starts from the short back-off. */
  recovered(): void {
    this.#backoffMs = FIRST_BACKOFF_MS;
  }
}
