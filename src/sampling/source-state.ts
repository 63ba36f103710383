/**
 * The one record of a source while it is sampled: its condition, rate, health tests, estimate and credit. The scheduler
 * decides by it, the pool books into it, `status` shows it.
 */
import type { HealthFailure } from "../health/health-tests.ts";
import { describeFailure, type MonitorFailure } from "../health/monitor.ts";
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
  /** Failed its health tests so often that it is not tried any more. */
  | { readonly kind: "left-aside"; readonly reason: string }
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
  /** starting: in its start-up test · healthy · failed: quarantined or left aside · unavailable · paused: by the user */
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
/**
 * The same of a source that waits for the world outside. It holds up nobody, and its answers have to wait for the slices of others,
 * which takes up to some 100 ms. What had gathered in a buffer comes at once, what follows it may not: hence the limit.
 */
const OUTSIDE_SLICE_MS = 500;
const MAX_OUTSIDE_SAMPLES = 4_096;
/**
 * Samples of such a source that take the program a millisecond to judge and to hash: the time that it costs, where others are charged
 * for the thread's. A pool of `cat /dev/urandom` alone took in 2.4 million a second, on two busy cores.
 */
const JUDGED_PER_MS = 2_000;

/** Back-off after an error or a hang; twice as long each time. */
const FIRST_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;

/**
 * How unlikely the alarms of its health tests have become in a source that is as good as its claim, in bits. The start-up test
 * fails such a source with less than 1,024 × 2⁻²⁰ = 2⁻¹⁰, the continuous tests do within the next 2²⁰ samples with less
 * than 2²⁰ × 2⁻³⁰ = 2⁻¹⁰. So each alarm in that stretch adds 10 bits. A start that comes to be paid takes 1 bit away, for a
 * source that fails every second time passes with ½: whoever fails and passes in turn is not washed clean by it.
 */
const ALARM_BITS = 10;
const PASS_BITS = 1;
/** See there. A later alarm adds nothing: it is to be expected of a good source every 2³⁰ samples. */
const EARLY_SAMPLES = 2 ** 20;
/** A source is left aside at 40 bits: after 4 alarms in a row. A good one is with less than 2⁻⁴⁰, the rate of tests here. */
const MAX_DOUBT_BITS = 40;
/**
 * First wait after an alarm, and what each next one multiplies it by: 4 s, 16 s, 64 s. What disturbs a good source for a
 * while (a burst of work, a processor that changes its clock, a machine that wakes) lasts seconds, or a minute; tries within
 * one disturbance would all fail alike, and be counted as if they had not.
 */
const ALARM_BACKOFF_MS = 4_000;
const ALARM_BACKOFF_FACTOR = 4;

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
  /** True from a pause in the sampling on, until it is asked for samples again: then a new epoch begins. */
  isOutdated = false;
  /** Sampling time used, divided by weight: the source with the least goes next (stride scheduling). */
  pass = 0;
  /** The same for idle time, in which all sources weigh the same. */
  idlePass = 0;
  faults = 0;
  lastFault: string | undefined;
  #samples = 0;
  #measuredHz: number | undefined;
  #backoffMs = FIRST_BACKOFF_MS;
  #doubtBits = 0;
  /** Samples judged since its tests began anew, and whether any since then were paid. */
  #judgedSamples = 0;
  #hasEarned = false;
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
    const sliceMs = this.isOutside ? OUTSIDE_SLICE_MS : isFirst ? FIRST_SLICE_MS : SLICE_MS;
    const samples = Math.round((this.rateHz * sliceMs) / 1000);
    const usual = this.isOutside ? MAX_OUTSIDE_SAMPLES : MAX_SAMPLES;
    const most = isFirst ? samplesToCredit(this.rateHz) : usual;
    return Math.min(most, Math.max(1, samples));
  }

  /** True if it waits for the world outside at a pace that is not known: its requests take no time from others. */
  get isOutside(): boolean {
    return this.info.silenceMs !== undefined;
  }

  /** Returns the time that a request for `samples` takes from others, ms. */
  costMs(samples: number): number {
    return this.isOutside ? samples / JUDGED_PER_MS : this.expectedMs(samples);
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
    if (this.#measuredHz === undefined) this.#measuredHz = hz;
    // The mean of the last few slices: one preempted slice must not shrink the next tenfold.
    else if (!this.isOutside) this.#measuredHz = 0.75 * this.#measuredHz + 0.25 * hz;
    // The mean of their times: one out of a buffer says little of the pace at which it was filled.
    else this.#measuredHz = 1 / (0.75 / this.#measuredHz + 0.25 / hz);
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
    this.#judgedSamples += trace.samples.length;
    const judgement = this.#probation.observe(trace, payable);
    return { ...judgement, released: [...lost, ...judgement.released] };
  }

  /** Returns the samples that waited, worth nothing, and starts its tests over. */
  forfeit(): Released[] {
    const lost = this.#probation?.forfeit() ?? [];
    this.#probation?.restart();
    this.#judgedEpoch = this.epoch;
    this.#judgedSamples = 0;
    this.#hasEarned = false;
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

  /** Suspends it for a while after an error or a hang; each time twice as long, up to a minute. */
  quarantine(reason: string, nowMs: number): void {
    this.noteFault(reason);
    this.condition = { kind: "quarantined", reason, retryAtMs: nowMs + this.#backoffMs };
    this.#backoffMs = Math.min(MAX_BACKOFF_MS, this.#backoffMs * 2);
  }

  /**
   * Suspends it after an alarm of its health tests: for longer each time, and at last for good.
   * @returns the reason, with what becomes of it
   */
  distrust(failure: MonitorFailure, nowMs: number): string {
    if (failure.phase === "start-up" || this.#judgedSamples <= EARLY_SAMPLES) this.#doubtBits += ALARM_BITS;
    const failures = Math.max(1, Math.ceil(this.#doubtBits / ALARM_BITS));
    const what = describeFailure(failure);
    if (this.#doubtBits >= MAX_DOUBT_BITS) {
      const reason = `${what}; left aside after ${failures} failures, until the program is started again`;
      this.condition = { kind: "left-aside", reason };
    } else {
      const waitMs = ALARM_BACKOFF_MS * ALARM_BACKOFF_FACTOR ** (failures - 1);
      const reason = `${what}; not tried again for ${waitMs / 1000} s`;
      this.condition = { kind: "quarantined", reason, retryAtMs: nowMs + waitMs };
    }
    this.lastFault = what;
    return this.condition.reason;
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

  /** False if it will never deliver again. */
  get isHopeful(): boolean {
    return this.condition.kind === "active" || this.condition.kind === "quarantined";
  }

  /** Lets it take part again; it must pass its start-up test before it is credited. */
  readmit(): void {
    this.condition = { kind: "active" };
  }

  /**
   * Notes that it has earned something or, where it is paid nothing, that a block was assessed. The next error then starts from the short
   * back-off.
   */
  earned(): void {
    this.#backoffMs = FIRST_BACKOFF_MS;
    if (!this.#hasEarned) this.#doubtBits = Math.max(0, this.#doubtBits - PASS_BITS);
    this.#hasEarned = true;
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
      case "left-aside":
        return "failed";
      case "active":
        if (this.paused) return "paused";
        return this.#probation?.state === "healthy" && this.#judgedEpoch === this.epoch
          ? "healthy"
          : "starting";
    }
  }
}

/** Describes an alarm of a second test. */
export function describeWarning({ test, symbol, count, cutoff }: HealthFailure): string {
  return `weaker than it was, by the second ${test} test: symbol ${symbol} seen ${count} times (cutoff ${cutoff})`;
}

/** Returns a line for an error's hints: the source's id, and why it does not deliver. */
export function whyNot({ info, condition }: SourceState): string {
  return condition.kind === "active" ? info.id : `${info.id}: ${condition.reason}`;
}
