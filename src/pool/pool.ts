/**
 * The entropy pool: tests what sources deliver, credits it, conditions it, hands it out once.
 *
 *     trace ──▶ symbols ──▶ health tests ──▶ credit = samples × min(claimed, assessed) ──▶ reservoir ──▶ extract
 */
import { EventEmitter } from "node:events";
import { InsufficientEntropyError, PoolClosedError } from "../errors.ts";
import { HealthMonitor, type MonitorFailure, type Verdict } from "../health/monitor.ts";
import { FIRST_BLOCK, OnlineEstimate } from "../health/online-estimate.ts";
import type { SamplingThread } from "../sampling/protocol.ts";
import { type Acceptance, Collector, type CollectorLimits, DEFAULT_LIMITS } from "../sampling/scheduler.ts";
import type { Lane } from "../sampling/source-state.ts";
import { claimAt, type SourceInfo } from "../source.ts";
import { type RawTrace, toSymbols, traceBytes } from "../trace.ts";
import { Ledger } from "./ledger.ts";
import { Reservoir } from "./reservoir.ts";
import { type PoolStatus, type SourceStatus, shortage } from "./status.ts";

export interface PoolOptions {
  readonly sources: readonly SourceInfo[];
  readonly startThread: () => SamplingThread;
  /** Full-entropy bytes kept ready at most. Default 4096. */
  readonly capacityBytes?: number;
  /**
   * Share of the time, 0 to 1, that sources are sampled although the pool is full and nobody waits, so that they stay
   * tested and those who watch see them move. Default 0: nothing is sampled for nobody.
   */
  readonly idleShare?: number;
  readonly limits?: CollectorLimits;
  /** Monotonic milliseconds. */
  readonly nowMs?: () => number;
}

export interface PoolEvents {
  /** A source was quarantined or found unable to run. */
  "source-failed": [{ readonly id: string; readonly reason: string }];
  /** Every trace, after it was judged: for those who watch. */
  trace: [{ readonly trace: RawTrace; readonly creditedBits: number }];
  /** A trace that `reveal` asked for: raw noise that may be shown, for it was not counted. */
  revealed: [RawTrace];
}

/** The largest single request; larger ones are for the caller to split. */
export const MAX_EXTRACT_BYTES = 1 << 20;
const DEFAULT_CAPACITY_BYTES = 4_096;

export class EntropyPool extends EventEmitter<PoolEvents> implements Disposable {
  readonly #ledger = new Ledger();
  readonly #reservoir: Reservoir;
  readonly #collector: Collector;
  readonly #records = new Map<string, SourceRecord>();
  readonly #waiters: Waiter[] = [];
  /** Sources whose next trace is to be shown. */
  readonly #toReveal = new Set<string>();
  readonly #nowMs: () => number;
  readonly #openedMs: number;
  #extractedBytes = 0;
  #closed = false;

  constructor(options: PoolOptions) {
    super();
    if (options.sources.length === 0) throw new RangeError("a pool needs at least one source");
    const { idleShare = 0 } = options;
    if (!(idleShare >= 0 && idleShare <= 1)) throw new RangeError("idleShare is from 0 to 1");
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#openedMs = this.#nowMs();
    this.#reservoir = new Reservoir(this.#ledger, options.capacityBytes ?? DEFAULT_CAPACITY_BYTES);
    this.#collector = new Collector(
      options.sources,
      {
        startThread: options.startThread,
        wanted: () => this.#waiters.length > 0 || !this.#reservoir.full,
        idleShare,
        accept: (lane, trace) => this.#accept(lane, trace),
        earning: (lane) => this.#expectedBits(lane) * lane.rateHz,
        settled: (lane) => this.#records.get(lane.info.id)?.settled ?? false,
        changed: (lane) => this.#changed(lane),
        nowMs: this.#nowMs,
      },
      options.limits ?? DEFAULT_LIMITS,
    );
  }

  /** Begins to sample, and keeps the pool filled from now on. `extract` does so too. */
  start(): this {
    this.#assertOpen();
    this.#collector.pump();
    return this;
  }

  /**
   * `length` bytes of full entropy. Requests are served in order and never share a byte; one that is aborted
   * wipes what it had got.
   * @throws RangeError unless 1 ≤ length ≤ MAX_EXTRACT_BYTES
   * @throws InsufficientEntropyError when no source can ever deliver; the signal's reason; PoolClosedError
   */
  async extract(length: number, signal?: AbortSignal): Promise<Uint8Array> {
    if (!Number.isInteger(length) || length < 1 || length > MAX_EXTRACT_BYTES) {
      throw new RangeError(`cannot extract ${length} bytes at once: 1 to ${MAX_EXTRACT_BYTES}`);
    }
    this.#assertOpen();
    signal?.throwIfAborted();
    return new Promise<Uint8Array>((resolve, reject) => {
      const waiter = new Waiter(length, resolve, reject, signal, () => this.#forget(waiter));
      this.#waiters.push(waiter);
      this.#serve();
    });
  }

  /** Up to `length` bytes that are ready now and that no one waits for; possibly none. */
  extractReady(length: number): Uint8Array {
    this.#assertOpen();
    if (this.#waiters.length > 0) return new Uint8Array(0);
    const out = new Uint8Array(Math.min(length, this.#reservoir.readyBytes));
    this.#extractedBytes += this.#reservoir.take(out);
    this.#collector.pump();
    return out;
  }

  /** Samples this source no more until `resume`. @throws RangeError for a source that is not in the pool */
  pause(id: string): void {
    this.#collector.pause(id);
  }

  resume(id: string): void {
    this.#collector.resume(id);
  }

  /**
   * The source's next trace will be emitted as "revealed", and credited nothing: noise that somebody has seen must not
   * be counted. @throws RangeError for a source that is not in the pool
   */
  reveal(id: string): void {
    this.#collector.lane(id); // throws for an unknown one
    this.#toReveal.add(id);
  }

  status(): PoolStatus {
    return {
      sources: this.#collector.lanes.map((lane) => this.#sourceStatus(lane)),
      ledger: this.#ledger.totals,
      readyBytes: this.#reservoir.readyBytes,
      capacityBytes: this.#reservoir.capacityBytes,
      extractedBytes: this.#extractedBytes,
      uptimeMs: this.#nowMs() - this.#openedMs,
    };
  }

  /** Ends sampling, rejects who waits, wipes what was ready. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#collector.close();
    this.#reservoir.wipe();
    for (const waiter of this.#waiters.splice(0)) waiter.fail(new PoolClosedError());
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #accept(lane: Lane, trace: RawTrace): Acceptance {
    const record = this.#record(lane);
    const symbols = toSymbols(trace, lane.info.symbolBits);
    const verdict = record.observe(symbols);

    const revealed = this.#toReveal.delete(lane.info.id);
    const creditable = revealed ? 0 : verdict.creditableSymbols;
    const claimed = claimAt(lane.info, lane.stepNs ?? 0);
    const earnedBits = creditable * Math.min(claimed, record.estimate.bitsPerSymbol);
    const creditedBits = this.#ledger.payable(lane.info, trace.startedNs, trace.elapsedNs, earnedBits);
    const bytes = traceBytes(trace);
    const uncredited = SAMPLE_BYTES * (trace.samples.length - creditable);
    this.#reservoir.absorb(lane.info.id, bytes.subarray(0, uncredited), 0);
    if (creditable > 0) {
      this.#reservoir.absorb(lane.info.id, bytes.subarray(uncredited), creditedBits / creditable);
    }
    this.emit("trace", { trace, creditedBits });
    if (revealed) this.emit("revealed", trace);
    this.#serve();
    if (verdict.state === "failed") return { ok: false, reason: describe(verdict.lastFailure) };
    return { ok: true, creditedBits };
  }

  /** Bits per sample that the collector may hope for: the claim, until the source was assessed. */
  #expectedBits(lane: Lane): number {
    const claimed = claimAt(lane.info, lane.stepNs ?? 0);
    return Math.min(claimed, this.#records.get(lane.info.id)?.assessedH ?? claimed);
  }

  #record(lane: Lane): SourceRecord {
    let record = this.#records.get(lane.info.id);
    if (!record) {
      record = new SourceRecord(lane.info, claimAt(lane.info, lane.stepNs ?? 0));
      this.#records.set(lane.info.id, record);
    }
    return record;
  }

  #changed(lane: Lane): void {
    const { state, info } = lane;
    // Whatever it was, it has to pass its start-up test before it is credited again.
    if (state.kind === "active") this.#records.get(info.id)?.restart();
    else this.emit("source-failed", { id: info.id, reason: state.reason });
    if (!this.#collector.hopeful) this.#giveUp();
  }

  #giveUp(): void {
    const error = new InsufficientEntropyError(`no source can deliver: ${shortage(this.status())}`, [
      ...this.#collector.lanes.map((lane) =>
        lane.state.kind === "active" ? lane.info.id : `${lane.info.id}: ${lane.state.reason}`,
      ),
    ]);
    for (const waiter of this.#waiters.splice(0)) waiter.fail(error);
  }

  #serve(): void {
    for (let waiter = this.#waiters[0]; waiter && this.#reservoir.readyBytes > 0; waiter = this.#waiters[0]) {
      this.#extractedBytes += waiter.fill((out) => this.#reservoir.take(out));
      if (!waiter.complete) break;
      this.#waiters.shift();
      waiter.succeed();
    }
    if (this.#waiters.length > 0 && !this.#collector.hopeful) this.#giveUp();
    this.#collector.pump();
  }

  #forget(waiter: Waiter): void {
    const index = this.#waiters.indexOf(waiter);
    if (index >= 0) this.#waiters.splice(index, 1);
    this.#serve();
  }

  #sourceStatus(lane: Lane): SourceStatus {
    const { info, state } = lane;
    const record = this.#records.get(info.id);
    const reason = state.kind === "active" ? undefined : state.reason;
    return {
      id: info.id,
      family: info.family,
      state: stateOf(lane, record),
      ...(reason === undefined ? {} : { reason }),
      samples: lane.samples,
      rateHz: lane.rateHz,
      claimedH: claimAt(info, lane.stepNs ?? 0),
      assessedH: record?.assessedH ?? null,
      creditedBits: this.#ledger.creditedBy(info.id),
      healthFailures: record?.healthFailures ?? 0,
      faults: lane.faults,
      ...(lane.lastFault === undefined ? {} : { lastFault: lane.lastFault }),
    };
  }

  #assertOpen(): void {
    if (this.#closed) throw new PoolClosedError();
  }
}

/** What the pool knows of a source besides its lane. */
class SourceRecord {
  readonly monitor: HealthMonitor;
  readonly estimate: OnlineEstimate;
  healthFailures = 0;
  /** Since it was last started. */
  #symbols = 0;

  constructor(info: SourceInfo, claim: number) {
    this.monitor = new HealthMonitor(claim, info.symbolBits);
    this.estimate = new OnlineEstimate(info.symbolBits);
  }

  observe(symbols: Uint8Array): Verdict {
    const verdict = this.monitor.observe(symbols);
    this.estimate.update(symbols);
    this.healthFailures = verdict.failures;
    this.#symbols += symbols.length;
    return verdict;
  }

  /** null before the first full block. */
  get assessedH(): number | null {
    return this.#symbols >= FIRST_BLOCK ? this.estimate.bitsPerSymbol : null;
  }

  /** Whether it is known what the source is worth. */
  get settled(): boolean {
    return this.monitor.state === "healthy" && this.assessedH !== null;
  }

  restart(): void {
    this.monitor.restart();
    this.estimate.reset();
    this.#symbols = 0;
  }
}

/** Somebody who waits for bytes, and what they have got so far. */
class Waiter {
  readonly #bytes: Uint8Array;
  #filled = 0;

  constructor(
    length: number,
    private readonly resolve: (bytes: Uint8Array) => void,
    private readonly reject: (reason: unknown) => void,
    private readonly signal: AbortSignal | undefined,
    private readonly forget: () => void,
  ) {
    this.#bytes = new Uint8Array(length);
    signal?.addEventListener("abort", this.#onAbort);
  }

  get complete(): boolean {
    return this.#filled === this.#bytes.length;
  }

  fill(take: (out: Uint8Array) => number): number {
    const taken = take(this.#bytes.subarray(this.#filled));
    this.#filled += taken;
    return taken;
  }

  succeed(): void {
    this.signal?.removeEventListener("abort", this.#onAbort);
    this.resolve(this.#bytes);
  }

  fail(reason: unknown): void {
    this.signal?.removeEventListener("abort", this.#onAbort);
    this.#bytes.fill(0);
    this.reject(reason);
  }

  #onAbort = (): void => {
    this.fail(this.signal?.reason);
    this.forget();
  };
}

const SAMPLE_BYTES = 8;

function describe(failure: MonitorFailure | undefined): string {
  if (!failure) return "failed its health tests";
  const { test, phase, symbol, count, cutoff } = failure;
  return `failed the ${phase} ${test} test: symbol ${symbol} seen ${count} times (cutoff ${cutoff})`;
}

function stateOf(lane: Lane, record: SourceRecord | undefined): SourceStatus["state"] {
  switch (lane.state.kind) {
    case "unavailable":
      return "unavailable";
    case "quarantined":
      return "failed";
    case "active":
      if (lane.paused) return "paused";
      return record?.monitor.state === "healthy" ? "healthy" : "starting";
  }
}
