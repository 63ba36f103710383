/**
 * Keeps the sampling thread busy with the sources that pay best, and keeps faults of one source from the others.
 *
 * Requests are short slices, a few on their way at a time. Time goes to sources in proportion to the square of
 * what they earn, but the weak ones share a twentieth of the best one's: the pool stays diverse without wasting the
 * thread. While nobody wants entropy nothing is requested, unless a share of the time is given to keep watch: it goes
 * to all sources alike.
 */
import type { SourceInfo } from "../source.ts";
import type { RawTrace } from "../trace.ts";
import type { Reply, SamplingThread } from "./protocol.ts";
import { type Errand, Lane } from "./source-state.ts";

/** What became of a trace: how many bits, or why the source is not to be trusted for now. */
export type Acceptance =
  | { readonly ok: true; readonly creditedBits: number }
  | { readonly ok: false; readonly reason: string };

export interface CollectorDeps {
  startThread(): SamplingThread;
  /** Whether anybody needs entropy now. */
  wanted(): boolean;
  /** Share of the time, 0 to 1, that is sampled even if nobody does. */
  readonly idleShare: number;
  /** Tests and credits a trace. */
  accept(lane: Lane, trace: RawTrace): Acceptance;
  /** Bits a second of its own time that the source may be expected to earn. */
  earning(lane: Lane): number;
  /** Whether it is known what the source is worth: it has passed its start-up test and was assessed. */
  settled(lane: Lane): boolean;
  /** A lane changed its state. */
  changed(lane: Lane): void;
  nowMs(): number;
}

export interface CollectorLimits {
  /** A slice that takes this much longer than expected is a hang. */
  readonly hangMs: number;
  /** How much longer the first one may take with a source that opens a device, a connection or a tool. */
  readonly openMs: number;
  /** How long an aborted request may take to stop before its thread is given up. */
  readonly graceMs: number;
}

/** A camera or microphone may take three seconds to start. */
export const DEFAULT_LIMITS: CollectorLimits = { hangMs: 2_000, openMs: 8_000, graceMs: 500 };

/** Two fill the pipe between the threads; the third covers a slice that ends early. */
const REQUESTS_ON_THE_WAY = 3;
/**
 * Of the best source's time, what all others get at least, together, however little they earn; and what those get, together,
 * of which it is not yet known what they earn.
 */
const OTHERS_SHARE = 0.05;
const LEARNING_SHARE = 0.1;
/** A thread that died or was given up this often in a row, with no trace in between, is not started again. */
const MAX_BARREN_THREADS = 20;

export class Collector {
  readonly lanes: readonly Lane[];
  #thread: SamplingThread | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #nextRequest = 1;
  #barrenThreads = 0;
  #pongMs = 0;
  /** Not to sample for nobody before this. */
  #idleUntilMs = 0;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(
    infos: readonly SourceInfo[],
    private readonly deps: CollectorDeps,
    private readonly limits: CollectorLimits = DEFAULT_LIMITS,
  ) {
    // Best earners first: the first bytes come sooner.
    this.lanes = infos.map((info) => new Lane(info)).sort((a, b) => promise(b.info) - promise(a.info));
  }

  /** Issues requests as long as entropy is wanted. Call whenever that may have changed. */
  pump(): void {
    while (!this.#closed && this.#onTheWay() < REQUESTS_ON_THE_WAY) {
      const wanted = this.deps.wanted();
      if (!wanted && !this.#idleDue()) break;
      const lane = this.#next(wanted ? "pass" : "idlePass");
      if (!lane) break;
      const sliceMs = this.#issue(lane);
      if (wanted) lane.pass += sliceMs / this.#weight(lane);
      else this.#chargeIdle(lane, sliceMs);
    }
    const active = this.deps.wanted() || this.deps.idleShare > 0;
    this.#setWatch(!this.#closed && (this.#onTheWay() > 0 || (active && this.#mayRecover())));
  }

  /** @throws RangeError for a source that is not among its own */
  lane(id: string): Lane {
    const lane = this.lanes.find(({ info }) => info.id === id);
    if (!lane) throw new RangeError(`the pool has no source ${id}`);
    return lane;
  }

  pause(id: string): void {
    this.lane(id).paused = true;
  }

  resume(id: string): void {
    const lane = this.lane(id);
    if (!lane.paused) return;
    lane.paused = false;
    this.#rejoin(lane);
    this.pump();
  }

  /** Whether there is a source that delivers, or may do so later. */
  get hopeful(): boolean {
    return this.lanes.some((lane) => lane.state.kind !== "unavailable");
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#idleTimer);
    this.#setWatch(false);
    this.#thread?.terminate();
    this.#thread = undefined;
  }

  #onTheWay(): number {
    return this.lanes.reduce((sum, lane) => sum + lane.errands.length, 0);
  }

  #mayRecover(): boolean {
    return this.lanes.some((lane) => lane.state.kind === "quarantined");
  }

  /** One slice at a time, and after each a pause that makes it the share it may have. */
  #idleDue(): boolean {
    if (this.deps.idleShare <= 0 || this.#onTheWay() > 0) return false;
    const waitMs = this.#idleUntilMs - this.deps.nowMs();
    if (waitMs <= 0) return true;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => this.pump(), waitMs);
    return false;
  }

  #chargeIdle(lane: Lane, sliceMs: number): void {
    lane.idlePass += sliceMs;
    this.#idleUntilMs = this.deps.nowMs() + sliceMs / this.deps.idleShare;
  }

  /** The active lane that is behind most. */
  #next(pass: "pass" | "idlePass"): Lane | undefined {
    const now = this.deps.nowMs();
    let best: Lane | undefined;
    for (const lane of this.lanes) {
      if (lane.state.kind === "quarantined" && lane.state.retryAtMs <= now && lane.errands.length === 0) {
        this.#rejoin(lane);
        lane.state = { kind: "active" };
        this.deps.changed(lane);
      }
      // A source that was not opened yet, and may therefore be about to hang, gets one request.
      const limit = !lane.opened ? 1 : REQUESTS_ON_THE_WAY;
      if (lane.state.kind !== "active" || lane.paused || lane.errands.length >= limit) continue;
      if (!best || lane[pass] < best[pass]) best = lane;
    }
    return best;
  }

  /** A lane that was away is not given what it missed. */
  #rejoin(lane: Lane): void {
    const others = this.lanes.filter(
      (other) => other !== lane && other.state.kind === "active" && !other.paused,
    );
    if (others.length === 0) return;
    lane.pass = Math.max(lane.pass, Math.min(...others.map((other) => other.pass)));
    lane.idlePass = Math.max(lane.idlePass, Math.min(...others.map((other) => other.idlePass)));
  }

  #weight(lane: Lane): number {
    const best = Math.max(
      ...this.lanes.map((other) => (other.state.kind === "active" ? this.deps.earning(other) : 0)),
    );
    if (!(best > 0)) return 1;
    const least = (this.deps.settled(lane) ? OTHERS_SHARE : LEARNING_SHARE) / this.lanes.length;
    return Math.max(least, (this.deps.earning(lane) / best) ** 2);
  }

  /** @returns how long the slice should take, milliseconds */
  #issue(lane: Lane): number {
    this.#thread ??= this.#startThread();
    const n = lane.sliceSamples;
    const errand: Errand = {
      request: this.#nextRequest++,
      n,
      issuedMs: this.deps.nowMs(),
      begunMs: undefined,
      abortedMs: undefined,
    };
    lane.errands.push(errand);
    this.#thread.post({ kind: "sample", request: errand.request, id: lane.info.id, n });
    return lane.expectedMs(n);
  }

  #startThread(): SamplingThread {
    const thread = this.deps.startThread();
    thread.listen((reply) => {
      if (thread === this.#thread) this.#hear(reply);
    });
    thread.onDeath((reason) => {
      if (thread === this.#thread) this.#abandon(`the sampling thread died: ${reason}`);
    });
    this.#pongMs = this.deps.nowMs();
    return thread;
  }

  #hear(reply: Reply): void {
    switch (reply.kind) {
      case "pong":
        this.#pongMs = this.deps.nowMs();
        return;
      case "opened": {
        const lane = this.lanes.find((candidate) => candidate.info.id === reply.id);
        if (lane) {
          lane.opened = true;
          lane.stepNs = reply.stepNs;
        }
        return;
      }
      case "begun": {
        const errand = this.#find(reply.request)?.errand;
        if (errand) errand.begunMs = this.deps.nowMs();
        return;
      }
    }
    const found = this.#find(reply.request);
    if (!found) return; // answered after it was given up
    const { lane, errand } = found;
    lane.errands.splice(lane.errands.indexOf(errand), 1);
    switch (reply.kind) {
      case "trace":
        this.#accept(lane, errand, reply.trace);
        break;
      case "failed":
        this.#quarantine(lane, reply.reason);
        break;
      case "unavailable":
        lane.state = { kind: "unavailable", reason: reply.reason };
        this.deps.changed(lane);
        break;
    }
    this.pump();
  }

  #accept(lane: Lane, errand: Errand, trace: RawTrace): void {
    if (trace.sourceId !== lane.info.id || trace.samples.length !== errand.n) {
      this.#quarantine(lane, `answered a request for ${errand.n} samples with ${trace.samples.length}`);
      return;
    }
    this.#barrenThreads = 0;
    lane.delivered(errand.n, trace.discarded, trace.elapsedNs);
    const acceptance = this.deps.accept(lane, trace);
    if (!acceptance.ok) this.#quarantine(lane, acceptance.reason);
    else if (acceptance.creditedBits > 0) lane.recovered();
  }

  #quarantine(lane: Lane, reason: string): void {
    // Slices that were already on their way when it was quarantined do not lengthen the back-off.
    if (lane.state.kind === "quarantined") return;
    lane.quarantine(reason, this.deps.nowMs());
    // It starts afresh, with new buffers and a new warm-up.
    lane.opened = false;
    this.#thread?.post({ kind: "close", id: lane.info.id });
    this.deps.changed(lane);
  }

  #find(request: number): { lane: Lane; errand: Errand } | undefined {
    for (const lane of this.lanes) {
      const errand = lane.errands.find((candidate) => candidate.request === request);
      if (errand) return { lane, errand };
    }
    return undefined;
  }

  #setWatch(on: boolean): void {
    if (on && !this.#watch)
      this.#watch = setInterval(() => this.#look(), Math.min(100, this.limits.graceMs / 4));
    if (!on && this.#watch) {
      clearInterval(this.#watch);
      this.#watch = undefined;
    }
  }

  /** Looks for requests that were taken up and not answered in time; retries what has sat out its quarantine. */
  #look(): void {
    const now = this.deps.nowMs();
    for (const lane of this.lanes) {
      for (const errand of [...lane.errands]) {
        if (errand.begunMs === undefined) continue;
        if (errand.abortedMs === undefined) {
          if (now - errand.begunMs < this.#patienceMs(lane, errand.n)) continue;
          errand.abortedMs = now;
          this.#thread?.post({ kind: "abort", request: errand.request });
          this.#thread?.post({ kind: "ping" });
        } else if (now - errand.abortedMs >= this.limits.graceMs) {
          this.#giveUp(lane, errand);
        }
      }
    }
    this.pump();
  }

  #patienceMs(lane: Lane, n: number): number {
    const opening = !lane.opened && lane.info.effects.length > 0;
    return this.limits.hangMs + (opening ? this.limits.openMs : 0) + 4 * lane.expectedMs(n);
  }

  /** An aborted request did not stop. If the thread still answers, only this source hangs; else the thread does. */
  #giveUp(lane: Lane, errand: Errand): void {
    const reason = `no samples after ${this.deps.nowMs() - (errand.begunMs ?? errand.issuedMs)} ms`;
    if (this.#pongMs >= (errand.abortedMs ?? 0)) {
      lane.state = { kind: "unavailable", reason: `${reason}, and it cannot be stopped` };
      lane.faults += 1;
      lane.lastFault = reason;
      lane.errands.length = 0;
      this.deps.changed(lane);
      return;
    }
    this.#quarantine(lane, reason);
    this.#abandon(reason, lane);
  }

  /** Starts afresh with a new thread. The old one, if it lives, is left inside whatever blocks it. */
  #abandon(reason: string, culprit?: Lane): void {
    this.#thread?.terminate();
    this.#thread = undefined;
    this.#barrenThreads += 1;
    const suspect =
      culprit ?? this.lanes.find((lane) => lane.errands.some((errand) => errand.begunMs !== undefined));
    if (suspect) this.#quarantine(suspect, reason);
    for (const lane of this.lanes) {
      lane.errands.length = 0;
      lane.opened = false;
      if (this.#barrenThreads >= MAX_BARREN_THREADS) {
        lane.state = { kind: "unavailable", reason: `${reason} (${MAX_BARREN_THREADS} times in a row)` };
        this.deps.changed(lane);
      }
    }
    this.pump();
  }
}

function promise(info: SourceInfo): number {
  return info.claim * info.rateHz;
}
