/**
 * The one record of a source while it is sampled: its condition, rate, health tests, estimate and credit. The scheduler
 * decides by it, the pool books into it, `status` shows it.
 */
import type { HealthFailure } from "../health/health-tests.ts";
import type { MonitorFailure } from "../health/monitor.ts";
import { claimAt, type SourceInfo } from "../source.ts";
import type { RawTrace } from "../trace.ts";
import {
  type Judgement,
  Probation,
  type ProbationOptions,
  type Released,
  samplesToCredit,
} from "./probation.ts";

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
  /** True if its source was quarantined or paused since: its answer is worth nothing. */
  isStale: boolean;
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
  /** Estimate of the last full block, bits per symbol; null before the first. At most half of it is credited. */
  readonly assessedH: number | null;
  /** Bits credited by the ledger since the pool was opened. */
  readonly creditedBits: number;
  /** Samples that wait for the blocks after them to pass; they are credited then, or never. */
  readonly waitingSamples: number;
  /** Alarms of the repetition count and adaptive proportion tests (SP 800-90B §4.4). */
  readonly healthFailures: number;
  /** Alarms of the second tests, which compare the source with itself; each sends it back to its start-up test. */
  readonly healthWarnings: number;
  /** Errors and hangs. */
  readonly faults: number;
  readonly lastFault?: string;
}

/** Long enough to amortise a request (some 50 µs), short enough that no source waits long for its turn. */
const SLICE_MS = 4;
/** First requests may be longer, to bring the first credit at once. */
const FIRST_SLICE_MS = 8;
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
  /** Counts the times it was opened, paused or quarantined. Samples from before the last of them are worth nothing. */
  epoch = 0;
  /** Sampling time used, divided by weight: the source with the least goes next (stride scheduling). */
  pass = 0;
  /** The same for idle time, in which all sources weigh the same. */
  idlePass = 0;
  faults = 0;
  lastFault: string | undefined;
  #samples = 0;
  #measuredHz: number | undefined;
  #backoffMs = FIRST_BACKOFF_MS;
  #probation: Probation | undefined;
  /** The epoch of the samples that the probation holds. */
  #judgedEpoch = 0;

  /** @param makeProbation a test of the fault drill has one that it broke */
  constructor(
    readonly info: SourceInfo,
    private readonly makeProbation = (options: ProbationOptions) => new Probation(options),
  ) {}

  /** Raw samples per second of its own sampling time; before the first trace, the registry's figure. */
  get rateHz(): number {
    return this.#measuredHz ?? this.info.rateHz;
  }

  /** Samples of the next request: those of a slice, at first no more than are needed for the first credit. */
  get sliceSamples(): number {
    const isFirst = this.#measuredHz === undefined;
    const samples = Math.round((this.rateHz * (isFirst ? FIRST_SLICE_MS : SLICE_MS)) / 1000);
    const most = isFirst ? samplesToCredit(this.rateHz) : MAX_SAMPLES;
    return Math.min(most, Math.max(1, samples));
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

  /**
   * Runs the health tests and the estimate over the source's next samples. They wait until their turn comes to be paid.
   * @param payable part of their worth that may be paid, 0 to 1
   */
  judge(trace: RawTrace, payable: number): Judgement {
    const { symbolBits, rateHz, calibratedH } = this.info;
    // Made with the first trace: by then the source is open, and its counter's step known.
    this.#probation ??= this.makeProbation({ claim: this.claimedH, symbolBits, rateHz, calibratedH });
    const lost = this.#judgedEpoch === this.epoch ? [] : this.forfeit();
    const judgement = this.#probation.observe(trace, payable);
    return { ...judgement, released: [...lost, ...judgement.released] };
  }

  /** Returns the samples that waited, worth nothing, and starts its tests over. */
  forfeit(): Released[] {
    const lost = this.#probation?.forfeit() ?? [];
    this.#probation?.restart();
    this.#judgedEpoch = this.epoch;
    return lost;
  }

  /** Estimate of the last full block, bits per symbol; null before the first. */
  get assessedH(): number | null {
    return this.#probation?.assessedH ?? null;
  }

  /** True once it has passed its start-up test and was assessed, so that its worth is known. */
  get isSettled(): boolean {
    return this.#probation?.state === "healthy" && this.assessedH !== null;
  }

  /** Expected credit per second of its own sampling time, bits; by its claim until it is assessed. */
  get expectedBitsPerSecond(): number {
    return this.#worth * this.rateHz;
  }

  /** Expected credit of the requests under way, bits. */
  get pendingBits(): number {
    return this.#worth * this.requests.reduce((sum, { samples }) => sum + samples, 0);
  }

  /** For the scheduler, never for credit: until the counter's step is known it goes by the claim for fine ones. */
  get #worth(): number {
    return this.#probation?.worth ?? (this.stepNs === undefined ? this.info.claim : this.claimedH);
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

  /** Ends the present epoch: samples taken before now, or asked for, are worth nothing. */
  endEpoch(): void {
    this.epoch += 1;
    for (const request of this.requests) request.isStale = true;
  }

  /** Lets it take part again; it must pass its start-up test before it is credited. */
  readmit(): void {
    this.condition = { kind: "active" };
  }

  /** Notes that it has earned something. The next fault then starts from the short back-off. */
  earned(): void {
    this.#backoffMs = FIRST_BACKOFF_MS;
  }

  /** @param creditedBits what the ledger credited to it */
  status(creditedBits: number): SourceStatus {
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
      creditedBits,
      waitingSamples: this.#probation?.waiting ?? 0,
      healthFailures: this.#probation?.failures ?? 0,
      healthWarnings: this.#probation?.warnings ?? 0,
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
        return this.#probation?.state === "healthy" && this.#judgedEpoch === this.epoch
          ? "healthy"
          : "starting";
    }
  }
}

/** Describes a health test's alarm. */
export function describeFailure({ test, phase, symbol, count, cutoff }: MonitorFailure): string {
  return `failed the ${phase} ${test} test: symbol ${symbol} seen ${count} times (cutoff ${cutoff})`;
}

/** Describes an alarm of a second test. */
export function describeWarning({ test, symbol, count, cutoff }: HealthFailure): string {
  return `weaker than it was, by the second ${test} test: symbol ${symbol} seen ${count} times (cutoff ${cutoff})`;
}

/** Returns a line for an error's hints: the source's id, and why it does not deliver. */
export function whyNot({ info, condition }: SourceState): string {
  return condition.kind === "active" ? info.id : `${info.id}: ${condition.reason}`;
}
