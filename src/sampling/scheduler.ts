/**
 * Keeps the sampling thread busy, and isolates each source's faults from the others.
 *
 * Requests are short slices, a few pending at a time; `turns.ts` decides which source is next. A request that is not
 * answered in time is aborted. If it does not stop while the thread still answers, only that source hangs, and is given
 * up; else the thread is given up and replaced. Requests of sources that wait for the world outside are apart: they hold up
 * nobody. While no entropy is wanted nothing is requested, except in `idleShare`. After a pause in which nothing was, sources
 * have to pass their start-up tests again.
 *
 *     const scheduler = new Scheduler(infos, options);
 *     scheduler.want(true);                  // requests slices
 *     const event = await scheduler.next();  // a trace, or a source that failed; then want() again
 */
import type { MonitorFailure } from "../health/monitor.ts";
import type { Family, SourceInfo } from "../source.ts";
import type { RawTrace } from "../trace.ts";
import type { Reply, SamplingThread } from "./protocol.ts";
import { type PendingRequest, SourceState } from "./source-state.ts";
import { type Shares, Turns, takesPart } from "./turns.ts";

export type SamplingEvent =
  | {
      readonly kind: "trace";
      readonly source: SourceState;
      readonly trace: RawTrace;
      /** The source's epoch when it was sampled; undefined if it was asked for before a quarantine or a pause. */
      readonly epoch: number | undefined;
    }
  /** The source was quarantined, left aside, or found unable to run. */
  | { readonly kind: "failed"; readonly source: SourceState; readonly reason: string };

export interface SchedulerOptions {
  readonly startThread: () => SamplingThread;
  readonly shares: Shares;
  /** Share of the time, 0 to 1, in which sources are sampled although no entropy is wanted. Default 0. */
  readonly idleShare?: number | undefined;
  readonly limits?: SchedulerLimits | undefined;
  /** Monotonic clock, ms. */
  readonly nowMs?: (() => number) | undefined;
}

export interface SchedulerLimits {
  /** A slice that takes this much longer than expected is a hang. */
  readonly hangMs: number;
  /** Extra time for the first slice of a source that opens a device, a connection or a tool. */
  readonly openMs: number;
  /** Time for an aborted request to stop before it, or its thread, is given up. */
  readonly graceMs: number;
}

/** A camera or microphone may take three seconds to start. */
const DEFAULT_LIMITS: SchedulerLimits = { hangMs: 2_000, openMs: 8_000, graceMs: 500 };

/** Two fill the pipe between the threads; the third covers a slice that ends early. */
const MAX_PENDING = 3;
/** No thread is started again after this many in a row died or were given up without a trace. */
const MAX_BARREN_THREADS = 20;
/**
 * A pause after which nothing is known of the sources any more. Idle sampling in a fiftieth of the time comes back to each of ten
 * sources, 8 ms at a time, after four seconds.
 */
const PAUSE_MS = 5_000;
/** Interval between checks of pending requests; shorter if the limits are tight. */
const WATCH_MS = 100;

export class Scheduler {
  /** Best earners first, so that the first bytes come sooner. */
  readonly sources: readonly SourceState[];
  readonly #turns: Turns;
  readonly #startThread: () => SamplingThread;
  #idleShare = 0;
  readonly #limits: SchedulerLimits;
  readonly #nowMs: () => number;
  /** Events that `next` has not handed out. */
  readonly #events: SamplingEvent[] = [];
  #arrival: (() => void) | undefined;
  #isWanted = false;
  /** When the last slice was requested that is followed by none, monotonic milliseconds; undefined while there is more to request. */
  #pausedMs: number | undefined;
  /** Families whose credit is not wanted now. */
  #sated: ReadonlySet<Family> = new Set();
  #thread: SamplingThread | undefined;
  /** When the thread was started, nanoseconds of this thread's clock: the clock of each thread begins with it. */
  #threadOriginNs = 0;
  #watch: ReturnType<typeof setInterval> | undefined;
  #nextRequest = 1;
  #barrenThreads = 0;
  #pongMs = 0;
  /** Earliest time of the next idle slice, monotonic milliseconds. */
  #idleUntilMs = 0;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(infos: readonly SourceInfo[], options: SchedulerOptions) {
    const { idleShare = 0, limits = DEFAULT_LIMITS } = options;
    this.sources = infos
      .map((info) => new SourceState(info))
      .sort((a, b) => expectedCredit(b.info) - expectedCredit(a.info));
    this.#turns = new Turns(this.sources, options.shares);
    this.#startThread = options.startThread;
    this.#limits = limits;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.idleShare = idleShare;
  }

  /** Share of the time, 0 to 1, in which sources are sampled although no entropy is wanted; holds from the next `want` on. */
  set idleShare(share: number) {
    if (!(share >= 0 && share <= 1)) throw new RangeError("idleShare is from 0 to 1");
    this.#idleShare = share;
    this.#idleUntilMs = 0;
    clearTimeout(this.#idleTimer);
  }

  /**
   * Says whether entropy is wanted now, and requests slices accordingly. Call it after each event.
   * @param sated families whose credit is not wanted: the best source of another one goes first
   */
  want(isWanted: boolean, sated: ReadonlySet<Family> = new Set()): void {
    this.#isWanted = isWanted;
    this.#sated = sated;
    this.#request();
  }

  /** Resolves with the next event, or with undefined once the scheduler is closed. One caller at a time. */
  async next(): Promise<SamplingEvent | undefined> {
    while (!this.#closed) {
      const event = this.#events.shift();
      if (event) return event;
      await new Promise<void>((resolve) => {
        this.#arrival = resolve;
      });
    }
    return undefined;
  }

  /** @throws RangeError for an unknown source */
  source(id: string): SourceState {
    const source = this.sources.find(({ info }) => info.id === id);
    if (!source) throw new RangeError(`the pool has no source ${id}`);
    return source;
  }

  pause(id: string): void {
    const source = this.source(id);
    if (source.paused) return;
    source.paused = true;
    source.endEpoch();
  }

  resume(id: string): void {
    const source = this.source(id);
    if (!source.paused) return;
    source.paused = false;
    source.endEpoch();
    this.#turns.rejoin(source);
    this.#request();
  }

  /**
   * Makes all samples from before now worthless. What a source outside has made before may still wait in buffers, of a command's pipe for
   * instance: those sources are opened anew.
   */
  forget(): void {
    for (const source of this.sources) {
      source.endEpoch();
      if (!source.isOutside) continue;
      source.isOpen = false;
      this.#thread?.post({ kind: "close", id: source.info.id });
    }
  }

  /** Suspends a source that cannot be trusted for now. It is retried later, with new buffers and a new warm-up. */
  quarantine(source: SourceState, reason: string): void {
    // Slices that were already pending at the quarantine do not lengthen the back-off.
    // And a source that cannot run here stays aside.
    if (source.condition.kind !== "active") return;
    source.quarantine(reason, this.#nowMs());
    this.#suspend(source, reason);
  }

  /** Suspends a source that failed its health tests; after some failures for good. It has to pass its start-up test. */
  distrust(source: SourceState, failure: MonitorFailure): void {
    if (source.condition.kind !== "active") return;
    this.#suspend(source, source.distrust(failure, this.#nowMs()));
  }

  #suspend(source: SourceState, reason: string): void {
    source.endEpoch();
    source.isOpen = false;
    // Requests that have not begun must not open it again.
    for (const { id } of source.requests) this.#thread?.post({ kind: "abort", request: id });
    this.#thread?.post({ kind: "close", id: source.info.id });
    this.#tell({ kind: "failed", source, reason });
  }

  /** True while events wait that `next` has not handed out. */
  get hasEvents(): boolean {
    return this.#events.length > 0;
  }

  /** False once no source will ever deliver. */
  get isHopeful(): boolean {
    return this.sources.some((source) => source.isHopeful);
  }

  /** Ends the thread; a waiting `next` resolves with undefined. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#idleTimer);
    this.#setWatch(false);
    this.#thread?.terminate();
    this.#thread = undefined;
    for (const event of this.#events.splice(0)) if (event.kind === "trace") event.trace.samples.fill(0n);
    this.#arrival?.();
  }

  #tell(event: SamplingEvent): void {
    this.#events.push(event);
    this.#arrival?.();
  }

  // ---- Requests ----

  #request(): void {
    const isActive = this.#isWanted || this.#idleShare > 0;
    if (isActive) this.#endPause();
    else this.#pausedMs ??= this.#nowMs();
    while (!this.#closed && this.#underWay() < MAX_PENDING) {
      const isWanted = this.#isWanted;
      if (!isWanted && !this.#isIdleSliceDue()) break;
      this.#endQuarantines();
      const source = this.#turns.next(isWanted, this.#sated, isReady);
      if (!source) break;
      const sliceMs = this.#post(source);
      this.#turns.charge(source, sliceMs, isWanted);
      if (!isWanted) this.#idleUntilMs = this.#nowMs() + sliceMs / this.#idleShare;
    }
    const mayRecover = this.sources.some(({ condition }) => condition.kind === "quarantined");
    this.#setWatch(!this.#closed && (this.#pending() > 0 || (isActive && mayRecover)));
  }

  /** Sources that gave something before the pause start over when they are next asked: it says nothing of what they give now. */
  #endPause(): void {
    const isLong = this.#pausedMs !== undefined && this.#nowMs() - this.#pausedMs >= PAUSE_MS;
    this.#pausedMs = undefined;
    if (isLong) for (const source of this.sources) source.isOutdated = true;
  }

  #pending(): number {
    return this.sources.reduce((sum, source) => sum + source.requests.length, 0);
  }

  /** Counts unread events too, so that a slow reader holds up the thread. */
  #underWay(): number {
    return this.#holdingUp() + this.#events.length;
  }

  /** Requests that take the thread's time: others may be silent for long. */
  #holdingUp(): number {
    const counted = this.sources.filter((source) => !source.isOutside);
    return counted.reduce((sum, source) => sum + source.requests.length, 0);
  }

  /** Allows one idle slice at a time, and after each a pause that keeps to `idleShare`. */
  #isIdleSliceDue(): boolean {
    if (this.#idleShare <= 0 || this.#holdingUp() > 0) return false;
    const waitMs = this.#idleUntilMs - this.#nowMs();
    if (waitMs <= 0) return true;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => this.#request(), waitMs);
    return false;
  }

  #endQuarantines(): void {
    const now = this.#nowMs();
    for (const source of this.sources) {
      const { condition, requests } = source;
      if (condition.kind !== "quarantined" || condition.retryAtMs > now || requests.length > 0) continue;
      this.#turns.rejoin(source);
      source.readmit();
    }
  }

  /** @returns the time that the slice is expected to take, ms */
  #post(source: SourceState): number {
    this.#thread ??= this.#newThread();
    const request: PendingRequest = {
      id: this.#nextRequest++,
      samples: source.sliceSamples,
      issuedMs: this.#nowMs(),
      begunMs: undefined,
      abortedMs: undefined,
      isStale: false,
    };
    if (source.isOutdated) source.endEpoch();
    source.isOutdated = false;
    source.requests.push(request);
    this.#thread.post({ kind: "sample", request: request.id, id: source.info.id, n: request.samples });
    return source.costMs(request.samples);
  }

  #newThread(): SamplingThread {
    const thread = this.#startThread();
    thread.listen((reply) => {
      if (thread === this.#thread) this.#hear(reply);
    });
    thread.onDeath((reason) => {
      if (thread === this.#thread) this.#abandonThread(`the sampling thread died: ${reason}`);
    });
    this.#pongMs = this.#nowMs();
    this.#threadOriginNs = this.#pongMs * 1e6;
    return thread;
  }

  // ---- Replies ----

  #hear(reply: Reply): void {
    switch (reply.kind) {
      case "pong":
        this.#pongMs = this.#nowMs();
        return;
      case "opened": {
        const source = this.sources.find(({ info }) => info.id === reply.id);
        if (source) {
          source.isOpen = true;
          source.stepNs = reply.stepNs;
          // New buffers and a new warm-up, for whatever reason: a new start-up test.
          source.epoch += 1;
        }
        return;
      }
      case "begun": {
        const request = this.#find(reply.request)?.request;
        if (request) request.begunMs = this.#nowMs();
        return;
      }
    }
    const found = this.#find(reply.request);
    if (!found) return; // answered after it was given up
    const { source, request } = found;
    source.requests.splice(source.requests.indexOf(request), 1);
    switch (reply.kind) {
      case "trace":
        this.#deliver(source, request, reply.trace);
        break;
      case "failed":
        this.quarantine(source, reply.reason);
        break;
      case "unavailable":
        this.#giveUpSource(source, reply.reason);
        break;
    }
  }

  #deliver(source: SourceState, request: PendingRequest, trace: RawTrace): void {
    if (trace.sourceId !== source.info.id || trace.samples.length !== request.samples) {
      const reason = `answered a request for ${request.samples} samples with ${trace.samples.length}`;
      this.quarantine(source, reason);
      return;
    }
    this.#barrenThreads = 0;
    source.delivered(request.samples, trace.elapsedNs);
    const startedNs = this.#threadOriginNs + trace.startedNs;
    const epoch = request.isStale ? undefined : source.epoch;
    this.#tell({ kind: "trace", source, trace: { ...trace, startedNs }, epoch });
  }

  #find(id: number): { source: SourceState; request: PendingRequest } | undefined {
    for (const source of this.sources) {
      const request = source.requests.find((candidate) => candidate.id === id);
      if (request) return { source, request };
    }
    return undefined;
  }

  #giveUpSource(source: SourceState, reason: string): void {
    source.condition = { kind: "unavailable", reason };
    this.#tell({ kind: "failed", source, reason });
  }

  // ---- Hangs ----

  #setWatch(on: boolean): void {
    if (on) {
      this.#watch ??= setInterval(() => this.#look(), Math.min(WATCH_MS, this.#limits.graceMs / 4));
    } else {
      clearInterval(this.#watch);
      this.#watch = undefined;
    }
  }

  /** Aborts requests that were begun and not answered in time; retries sources whose quarantine is over. */
  #look(): void {
    const now = this.#nowMs();
    for (const source of this.sources) {
      for (const request of [...source.requests]) {
        if (request.begunMs === undefined) continue;
        if (request.abortedMs === undefined) {
          if (now - request.begunMs < this.#patienceMs(source, request.samples)) continue;
          request.abortedMs = now;
          this.#thread?.post({ kind: "abort", request: request.id });
          this.#thread?.post({ kind: "ping" });
        } else if (now - request.abortedMs >= this.#limits.graceMs) {
          this.#giveUp(source, request);
        }
      }
    }
    this.#request();
  }

  #patienceMs(source: SourceState, samples: number): number {
    const isOpening = !source.isOpen && source.info.effects.length > 0;
    const { hangMs, openMs } = this.#limits;
    const { silenceMs } = source.info;
    // It limits each wait itself, and each may bring one sample: this is for one that does not keep to it.
    if (silenceMs !== undefined) return hangMs + openMs + (samples + 1) * silenceMs;
    return hangMs + (isOpening ? openMs : 0) + 4 * source.expectedMs(samples);
  }

  /** Handles an aborted request that did not stop. If the thread still answers, only this source hangs; else the thread. */
  #giveUp(source: SourceState, request: PendingRequest): void {
    const reason = `no samples after ${this.#nowMs() - (request.begunMs ?? request.issuedMs)} ms`;
    if (this.#pongMs < (request.abortedMs ?? 0)) {
      this.quarantine(source, reason);
      this.#abandonThread(reason, source);
      return;
    }
    source.noteFault(reason);
    source.requests.length = 0;
    this.#giveUpSource(source, `${reason}, and it cannot be stopped`);
  }

  /** Continues with a new thread. The old one, if alive, stays in whatever blocks it. */
  #abandonThread(reason: string, culprit?: SourceState): void {
    this.#thread?.terminate();
    this.#thread = undefined;
    this.#barrenThreads += 1;
    const suspect =
      culprit ?? this.sources.find(({ requests }) => requests.some(({ begunMs }) => begunMs !== undefined));
    if (suspect) this.quarantine(suspect, reason);
    for (const source of this.sources) {
      source.requests.length = 0;
      source.isOpen = false;
      if (this.#barrenThreads >= MAX_BARREN_THREADS) {
        this.#giveUpSource(source, `${reason} (${MAX_BARREN_THREADS} times in a row)`);
      }
    }
    this.#request();
  }
}

function expectedCredit(info: SourceInfo): number {
  return info.claim * info.rateHz;
}

/** Limits a source that is not open yet to one request, because opening may hang, and one that may be silent for long. */
function isReady(source: SourceState): boolean {
  const most = source.isOpen && !source.isOutside ? MAX_PENDING : 1;
  return takesPart(source) && source.requests.length < most;
}
