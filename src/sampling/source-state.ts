/**
 * The one record of a source while it is sampled: its condition, rate, health tests, estimate and credit. The scheduler
 * decides by it, the pool books into it, `status` shows it.
 */
import { HealthMonitor, type MonitorFailure, type Verdict } from "../health/monitor.ts";
import { FIRST_BLOCK, OnlineEstimate } from "../health/online-estimate.ts";
import { claimAt, type SourceInfo } from "../source.ts";

export type Condition =
  /** Takes part. */
  | { readonly kind: "active" }
  /** Threw, hung or failed its health tests; retried at `retryAtMs`. */
  | { readonly kind: "quarantined"; readonly reason: string; readonly retryAtMs: number }
  /** Cannot run here. */
  | { readonly kind: "unavailable"; readonly reason: string };

/** A request to the sampling thread that is not answered yet. Times are monotonic milliseconds. */
export interface PendingRequest {
  readonly id: number;
  readonly samples: number;
  readonly issuedMs: number;
  /** Time at which the thread began it; undefined while it waits behind others. */
  begunMs: number | undefined;
  abortedMs: number | undefined;
}

/** Plain data about one source: `pool --json`, the server and the terminal show it unchanged. */
export interface SourceStatus {
  readonly id: string;
  readonly family: string;
  /** starting: in its start-up test · healthy · failed: quarantined · unavailable · paused: by the user */
  readonly state: "starting" | "healthy" | "failed" | "unavailable" | "paused";
  /** Reason, if failed or unavailable. */
  readonly reason?: string;
  /** Raw samples taken since the pool was opened. */
  readonly samples: number;
  /** Raw samples per second of its own sampling time. */
  readonly rateHz: number;
  /** Claim at this counter's step (H_submitter), bits per symbol. */
  readonly claimedH: number;
  /** Online estimate, bits per symbol; null before the first full block. */
  readonly assessedH: number | null;
  /** Bits credited by the ledger since the pool was opened. */
  readonly creditedBits: number;
  /** Alarms of the repetition count and adaptive proportion tests (SP 800-90B §4.4). */
  readonly healthFailures: number;
  /** Errors and hangs. */
  readonly faults: number;
  readonly lastFault?: string;
}

/** Long enough to amortise a request (some 50 µs), short enough that no source waits long for its turn. */
const SLICE_MS = 4;
/** First requests are shorter: the registry's rate is an order of magnitude, not a measurement. */
const FIRST_SLICE_MS = 2;
const MAX_SAMPLES = 65_536;

const FIRST_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;

export class SourceState {
  condition: Condition = { kind: "active" };
  /** Paused by the user. */
  paused = false;
  /** True while the sampling thread holds it open. */
  isOpen = false;
  /** Period of the counter's step, nanoseconds; undefined until the source was opened. */
  stepNs: number | undefined;
  readonly requests: PendingRequest[] = [];
  /** Sampling time used, divided by weight: the source with the least goes next (stride scheduling). */
  pass = 0;
  /** The same for idle time, in which all sources weigh the same. */
  idlePass = 0;
  creditedBits = 0;
  faults = 0;
  lastFault: string | undefined;
  #samples = 0;
  #measuredHz: number | undefined;
  #backoffMs = FIRST_BACKOFF_MS;
  #tests: { readonly monitor: HealthMonitor; readonly estimate: OnlineEstimate } | undefined;
  /** Symbols seen since the tests were last started. */
  #testedSymbols = 0;

  constructor(readonly info: SourceInfo) {}

  /** Raw samples per second of its own sampling time; before the first trace, the registry's figure. */
  get rateHz(): number {
    return this.#measuredHz ?? this.info.rateHz;
  }

  /** Samples of the next request. */
  get sliceSamples(): number {
    const sliceMs = this.#measuredHz === undefined ? FIRST_SLICE_MS : SLICE_MS;
    return Math.min(MAX_SAMPLES, Math.max(1, Math.round((this.rateHz * sliceMs) / 1000)));
  }

  /** Returns the expected duration of a request for `samples`, ms. */
  expectedMs(samples: number): number {
    return (samples / this.rateHz) * 1000;
  }

  /** Counts a trace's samples and updates the rate. */
  delivered(samples: number, elapsedNs: number): void {
    this.#samples += samples;
    if (!(elapsedNs > 0)) return;
    const hz = (samples / elapsedNs) * 1e9;
    // The mean of the last few slices: one preempted slice must not shrink the next tenfold.
    this.#measuredHz = this.#measuredHz === undefined ? hz : 0.75 * this.#measuredHz + 0.25 * hz;
  }

  /** H_submitter at this counter's step, bits per symbol; the coarse claim until the step is known. */
  get claimedH(): number {
    return claimAt(this.info, this.stepNs);
  }

  /** Runs the health tests and the estimate over the source's next symbols. */
  judge(symbols: Uint8Array): Verdict {
    const { symbolBits } = this.info;
    // Made with the first trace: by then the source is open, and its counter's step known.
    this.#tests ??= {
      monitor: new HealthMonitor(this.claimedH, symbolBits),
      estimate: new OnlineEstimate(symbolBits),
    };
    const verdict = this.#tests.monitor.observe(symbols);
    this.#tests.estimate.update(symbols);
    this.#testedSymbols += symbols.length;
    return verdict;
  }

  /** Bits per symbol that may be credited now: min(claimed, online estimate). */
  get creditableH(): number {
    return Math.min(this.claimedH, this.#tests?.estimate.bitsPerSymbol ?? 0);
  }

  /** Online estimate, bits per symbol; null before the first full block. */
  get assessedH(): number | null {
    if (!this.#tests || this.#testedSymbols < FIRST_BLOCK) return null;
    return this.#tests.estimate.bitsPerSymbol;
  }

  /** True once it has passed its start-up test and was assessed, so that its worth is known. */
  get isSettled(): boolean {
    return this.#tests?.monitor.state === "healthy" && this.assessedH !== null;
  }

  /** Expected credit per second of its own sampling time, bits; by its claim until it is assessed. */
  get expectedBitsPerSecond(): number {
    return Math.min(this.claimedH, this.assessedH ?? this.claimedH) * this.rateHz;
  }

  /** Suspends it for a while; each time twice as long, up to a minute. */
  quarantine(reason: string, nowMs: number): void {
    this.noteFault(reason);
    this.condition = { kind: "quarantined", reason, retryAtMs: nowMs + this.#backoffMs };
    this.#backoffMs = Math.min(MAX_BACKOFF_MS, this.#backoffMs * 2);
  }

  noteFault(reason: string): void {
    this.faults += 1;
    this.lastFault = reason;
  }

  /** Lets it take part again; it must pass its start-up test before it is credited. */
  restart(): void {
    this.condition = { kind: "active" };
    this.#tests?.monitor.restart();
    this.#tests?.estimate.reset();
    this.#testedSymbols = 0;
  }

  /** Counts earned bits. The next fault then starts from the short back-off. */
  credit(bits: number): void {
    this.creditedBits += bits;
    if (bits > 0) this.#backoffMs = FIRST_BACKOFF_MS;
  }

  status(): SourceStatus {
    const { info, condition } = this;
    return {
      id: info.id,
      family: info.family,
      state: this.#stateName(),
      ...(condition.kind === "active" ? {} : { reason: condition.reason }),
      samples: this.#samples,
      rateHz: this.rateHz,
      claimedH: this.claimedH,
      assessedH: this.assessedH,
      creditedBits: this.creditedBits,
      healthFailures: this.#tests?.monitor.failures ?? 0,
      faults: this.faults,
      ...(this.lastFault === undefined ? {} : { lastFault: this.lastFault }),
    };
  }

  #stateName(): SourceStatus["state"] {
    switch (this.condition.kind) {
      case "unavailable":
        return "unavailable";
      case "quarantined":
        return "failed";
      case "active":
        if (this.paused) return "paused";
        return this.#tests?.monitor.state === "healthy" ? "healthy" : "starting";
    }
  }
}

/** Describes a health test's alarm. */
export function describeFailure(failure: MonitorFailure | undefined): string {
  if (!failure) return "failed its health tests";
  const { test, phase, symbol, count, cutoff } = failure;
  return `failed the ${phase} ${test} test: symbol ${symbol} seen ${count} times (cutoff ${cutoff})`;
}

/** Returns a line for an error's hints: the source's id, and why it does not deliver. */
export function whyNot({ info, condition }: SourceState): string {
  return condition.kind === "active" ? info.id : `${info.id}: ${condition.reason}`;
}
