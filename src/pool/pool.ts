/**
 * The entropy pool: tests the sources' samples, credits them, conditions them, hands each block out once.
 *
 *     trace ──▶ symbols ──▶ health tests ──▶ credit = samples × min(claimed, assessed) ──▶ account ──▶ extract
 *
 * Compose one with `openPool` (open.ts).
 */
import { EventEmitter } from "node:events";
import { onAbort } from "#kit/abort.ts";
import type { CalibrationStatus } from "../calibration/claims.ts";
import { InsufficientEntropyError, PoolClosedError } from "../errors.ts";
import type { ExtractOptions } from "../rbg/generator.ts";
import type { SamplingThread } from "../sampling/protocol.ts";
import { Scheduler, type SchedulerLimits } from "../sampling/scheduler.ts";
import { describeFailure, type SourceState, whyNot } from "../sampling/source-state.ts";
import type { SourceInfo } from "../source.ts";
import { type RawTrace, SAMPLE_BYTES, toSymbols, traceBytes } from "../trace.ts";
import { Ledger } from "./ledger.ts";
import { Account, Reservoir } from "./reservoir.ts";
import { type PoolStatus, shortageOf } from "./status.ts";

export interface PoolConfig {
  /** Their claims are those that may be credited. */
  readonly sources: readonly SourceInfo[];
  /** Where the claims come from, for the status. */
  readonly calibration?: CalibrationStatus | undefined;
  readonly startThread: () => SamplingThread;
  /** Most full-entropy bytes kept ready. Default 4096. */
  readonly capacityBytes?: number | undefined;
  /**
   * Share of the time, 0 to 1, in which sources are sampled while the pool is full and no request waits. Keeps them
   * tested and displays moving. Default 0: no idle sampling.
   */
  readonly idleShare?: number | undefined;
  readonly limits?: SchedulerLimits | undefined;
  /** Monotonic clock, ms. */
  readonly nowMs?: () => number;
}

export interface PoolEvents {
  /** A defect of this program closed the pool. Without a listener it ends the process. */
  error: [unknown];
  /** A source was quarantined or found unable to run. */
  "source-failed": [{ readonly id: string; readonly reason: string }];
  /** Every trace, once it is tested and credited; for displays. */
  trace: [{ readonly trace: RawTrace; readonly creditedBits: number }];
  /** A trace that `reveal` asked for: raw noise that may be shown, because it was not credited. */
  revealed: [RawTrace];
}

/** Largest single request; callers split larger ones. */
export const MAX_EXTRACT_BYTES = 1 << 20;
const DEFAULT_CAPACITY_BYTES = 4_096;

export class Pool extends EventEmitter<PoolEvents> implements Disposable {
  readonly #ledger = new Ledger();
  readonly #reservoir: Reservoir;
  readonly #account: Account;
  readonly #scheduler: Scheduler;
  readonly #waiters: Waiter[] = [];
  /** Sources whose next trace is to be shown. */
  readonly #toReveal = new Set<string>();
  readonly #nowMs: () => number;
  readonly #openedMs: number;
  readonly #calibration: CalibrationStatus;
  #collecting: Promise<void> | undefined;
  #extractedBytes = 0;
  #closed = false;
  /** The internal error that closed the pool. */
  #fault: unknown;

  constructor(config: PoolConfig) {
    super();
    if (config.sources.length === 0) throw new RangeError("a pool needs at least one source");
    this.#nowMs = config.nowMs ?? (() => performance.now());
    this.#openedMs = this.#nowMs();
    this.#calibration = config.calibration ?? { state: "none", assessedElsewhere: [] };
    this.#reservoir = new Reservoir(config.capacityBytes ?? DEFAULT_CAPACITY_BYTES);
    this.#account = new Account(this.#ledger, this.#reservoir);
    this.#scheduler = new Scheduler(config.sources, { ...config, shares: "by-credit" });
  }

  /** Starts sampling and keeps the pool filled. `extract` starts it too. */
  start(): this {
    this.#assertOpen();
    this.#sample();
    return this;
  }

  /**
   * Resolves with `length` bytes of full entropy. Requests are served in order and never share a byte. An aborted request
   * wipes the bytes it had.
   * @throws RangeError unless 1 ≤ length ≤ MAX_EXTRACT_BYTES
   * @throws InsufficientEntropyError when no source can ever deliver; the signal's reason; PoolClosedError
   */
  async extract(length: number, { signal }: ExtractOptions = {}): Promise<Uint8Array> {
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

  /** Stops sampling this source until `resume`. @throws RangeError for a source that is not in the pool */
  pause(id: string): void {
    this.#scheduler.pause(id);
  }

  /** @throws RangeError for a source that is not in the pool */
  resume(id: string): void {
    this.#scheduler.resume(id);
  }

  /**
   * Emits the source's next trace as "revealed" and gives it no credit: noise that was shown must not count.
   * @throws RangeError for a source that is not in the pool
   */
  reveal(id: string): void {
    this.#toReveal.add(this.#scheduler.source(id).info.id);
  }

  status(): PoolStatus {
    return {
      sources: this.#scheduler.sources.map((source) => source.status()),
      calibration: this.#calibration,
      ledger: this.#ledger.totals,
      readyBytes: this.#reservoir.readyBytes,
      capacityBytes: this.#reservoir.capacityBytes,
      extractedBytes: this.#extractedBytes,
      uptimeMs: this.#nowMs() - this.#openedMs,
    };
  }

  /** Describes how far the pool is from the bytes asked for. */
  shortage(): string {
    return shortageOf(this.status());
  }

  /** Forgets all that a copy of this process has, too. Requests that wait get new entropy only. */
  forget(_reason: string): void {
    this.#account.wipe();
    for (const waiter of this.#waiters) waiter.wipe();
    this.#sample();
  }

  /** Ends sampling, rejects waiting requests, wipes ready bytes. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#scheduler.close();
    this.#reservoir.wipe();
    if (this.#waiters.length > 0) this.#failWaiters(this.#closedError());
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Samples while a request waits or there is room for another block. */
  #sample(): void {
    if (this.#closed) return;
    this.#scheduler.want(this.#waiters.length > 0 || !this.#reservoir.isFull);
    this.#collecting ??= this.#collect().catch((fault: unknown) => {
      this.#fault = fault;
      this.close();
      this.emit("error", fault);
    });
  }

  /** Books the sources' traces until the pool is closed. */
  async #collect(): Promise<void> {
    for (let event = await this.#scheduler.next(); event; event = await this.#scheduler.next()) {
      if (this.#closed) return;
      if (event.kind === "trace") this.#book(event.source, event.trace);
      else this.emit("source-failed", { id: event.source.info.id, reason: event.reason });
      this.#serve();
    }
  }

  /** Tests a trace, credits what it is worth, and mixes all of it in. */
  #book(source: SourceState, trace: RawTrace): void {
    const { info } = source;
    const verdict = source.judge(toSymbols(trace, info.symbolBits));

    const isRevealed = this.#toReveal.delete(info.id);
    const creditable = isRevealed ? 0 : verdict.creditableSymbols;
    const earnedBits = creditable * source.creditableH;
    const creditedBits = this.#ledger.payForTime(info.family, trace.startedNs, trace.elapsedNs, earnedBits);
    source.credit(creditedBits);

    const samples = traceBytes(trace);
    const uncreditedBytes = SAMPLE_BYTES * (trace.samples.length - creditable);
    this.#account.absorb(samples.subarray(0, uncreditedBytes), 0);
    if (creditable > 0) this.#account.absorb(samples.subarray(uncreditedBytes), creditedBits / creditable);

    this.emit("trace", { trace, creditedBits });
    if (isRevealed) this.emit("revealed", trace);
    if (verdict.state === "failed") this.#scheduler.quarantine(source, describeFailure(verdict.lastFailure));
  }

  /** Hands ready bytes to waiting requests, in order. */
  #serve(): void {
    for (let waiter = this.#waiters[0]; waiter && this.#reservoir.readyBytes > 0; waiter = this.#waiters[0]) {
      this.#extractedBytes += waiter.fill((out) => this.#account.take(out));
      if (!waiter.isComplete) break;
      this.#waiters.shift();
      waiter.succeed();
    }
    if (this.#waiters.length > 0 && !this.#scheduler.isHopeful) this.#failWaiters(this.#hopeless());
    this.#sample();
  }

  #hopeless(): InsufficientEntropyError {
    const reasons = this.#scheduler.sources.map(whyNot);
    return new InsufficientEntropyError(`no source can deliver: ${this.shortage()}`, reasons);
  }

  /** Returns the error of later requests: the internal error that closed the pool, if one did. */
  #closedError(): unknown {
    return this.#fault ?? new PoolClosedError();
  }

  #failWaiters(error: unknown): void {
    for (const waiter of this.#waiters.splice(0)) waiter.fail(error);
  }

  #forget(waiter: Waiter): void {
    const index = this.#waiters.indexOf(waiter);
    if (index >= 0) this.#waiters.splice(index, 1);
    this.#serve();
  }

  #assertOpen(): void {
    if (this.#closed) throw this.#closedError();
  }
}

/** An incomplete request and the bytes it has so far. They are wiped when it fails. */
class Waiter {
  readonly #bytes: Uint8Array;
  readonly #listener: Disposable | undefined;
  #filled = 0;

  /** @param signal not aborted yet @param forget called when the signal ends the wait */
  constructor(
    length: number,
    private readonly resolve: (bytes: Uint8Array) => void,
    private readonly reject: (reason: unknown) => void,
    signal: AbortSignal | undefined,
    forget: () => void,
  ) {
    this.#bytes = new Uint8Array(length);
    const abort = () => {
      this.fail(signal?.reason);
      forget();
    };
    this.#listener = signal && onAbort(signal, abort);
  }

  get isComplete(): boolean {
    return this.#filled === this.#bytes.length;
  }

  /** @param take moves bytes into the given array and returns their number @returns the number of bytes taken */
  fill(take: (out: Uint8Array) => number): number {
    const taken = take(this.#bytes.subarray(this.#filled));
    this.#filled += taken;
    return taken;
  }

  wipe(): void {
    this.#bytes.fill(0);
    this.#filled = 0;
  }

  succeed(): void {
    this.#listener?.[Symbol.dispose]();
    this.resolve(this.#bytes);
  }

  fail(reason: unknown): void {
    this.#listener?.[Symbol.dispose]();
    this.#bytes.fill(0);
    this.reject(reason);
  }
}
