/**
 * The entropy pool: tests the sources' samples, credits them, conditions them, hands each block out once.
 *
 *     trace ──▶ health tests and estimate ──▶ probation ──▶ credit = samples × min(claimed, ½ assessed) ──▶ account ──▶ extract
 *
 * Compose one with `openPool` (open.ts).
 */
import { EventEmitter } from "node:events";
import { onAbort } from "#kit/abort.ts";
import type { CalibrationStatus } from "../calibration/claims.ts";
import { FULL_ENTROPY_INPUT_BITS } from "../conditioning/sha256.ts";
import { InsufficientEntropyError, PoolClosedError } from "../errors.ts";
import { Secrets } from "../platform/secrets.ts";
import { ORDINARY_MEMORY } from "../rbg/ctr-drbg.ts";
import type { ExtractOptions } from "../rbg/generator.ts";
import { SelfTests } from "../rbg/self-tests.ts";
import type { SamplingThread } from "../sampling/protocol.ts";
import { Scheduler, type SchedulerLimits } from "../sampling/scheduler.ts";
import { describeWarning, type SourceState, whyNot } from "../sampling/source-state.ts";
import { takesPart } from "../sampling/turns.ts";
import type { Family, SourceInfo } from "../source.ts";
import type { RawTrace } from "../trace.ts";
import { Account, type Origin, SEED_FAMILY_SHARE } from "./account.ts";
import { Books } from "./books.ts";
import { Ledger } from "./ledger.ts";
import { Reservoir } from "./reservoir.ts";
import { type PoolStatus, type SeedStatus, shortageOf } from "./status.ts";

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
  /** Most of each output block's credit that may come from one family, ½ to 1. Default 1; a seed takes at most half. */
  readonly familyShare?: number | undefined;
  /** The self-tests of the generators over it, for the status. */
  readonly selfTests?: Pick<SelfTests, "status"> | undefined;
  /** Memory for secrets. Default: ordinary. */
  readonly secrets?: Secrets | undefined;
  /** The bytes that lie ready are counted and handed to nobody: no memory for secrets is taken for them. Default false. */
  readonly countsOnly?: boolean | undefined;
  readonly limits?: SchedulerLimits | undefined;
  /** Monotonic clock, ms. */
  readonly nowMs?: () => number;
}

export interface PoolEvents {
  /** A defect of this program closed the pool. Without a listener it ends the process. */
  error: [unknown];
  /** A source was quarantined, left aside or found unable to run. */
  "source-failed": [{ readonly id: string; readonly reason: string }];
  /** A source's samples were tested; `paidBits` are what it was paid on this occasion, for earlier ones. */
  sampled: [{ readonly id: string; readonly samples: number; readonly paidBits: number }];
  /** A source was weaker than it used to be, and is in its start-up test again. */
  "source-warning": [{ readonly id: string; readonly reason: string }];
  /**
   * A seed, or output for which there is a `familyShare`, had to rest on one family of sources for more than its share. Told
   * again only after one that had not.
   */
  "one-family": [{ readonly family: string; readonly purpose: "seed" | "output" }];
  /** A trace that `reveal` asked for: raw noise that may be shown, because it was not credited. */
  revealed: [RawTrace];
}

/** Largest single request; callers split larger ones. */
export const MAX_EXTRACT_BYTES = 1 << 20;

/** Longest wait of a seed for a second family, ms. The slowest default source passes its start-up test in less. */
const SEED_PATIENCE_MS = 2_000;

const DEFAULT_CAPACITY_BYTES = 4_096;

export class Pool extends EventEmitter<PoolEvents> implements Disposable {
  readonly #ledger = new Ledger();
  readonly #reservoir: Reservoir;
  readonly #account: Account;
  readonly #books: Books;
  readonly #scheduler: Scheduler;
  readonly #waiters: Waiter[] = [];
  /** Sources whose next trace is to be shown. */
  readonly #toReveal = new Set<string>();
  readonly #nowMs: () => number;
  readonly #openedMs: number;
  readonly #calibration: CalibrationStatus;
  readonly #secrets: Secrets;
  readonly #selfTests: Pick<SelfTests, "status">;
  #collecting: Promise<void> | undefined;
  #isFilling = true;
  #extractedBytes = 0;
  #shownBytes = 0;
  /** When a block that wants two families began to wait for the second. */
  #waitsForFamilySinceMs: number | undefined;
  /** The family that a block leans on, because no other delivered in time: the next ones do not wait again … */
  #leansOn: Family | undefined;
  /** … until others were paid what they have to give to a block. */
  #othersOweBits = 0;
  /** The families that the latest seed and the latest output lean on, for the event. */
  readonly #leaning: Record<"seed" | "output", Family | undefined> = { seed: undefined, output: undefined };
  #seed: SeedStatus = { families: [], oneFamily: false };
  #closed = false;
  /** The internal error that closed the pool. */
  #fault: unknown;

  constructor(config: PoolConfig) {
    super();
    if (config.sources.length === 0) throw new RangeError("a pool needs at least one source");
    this.#nowMs = config.nowMs ?? (() => performance.now());
    this.#openedMs = this.#nowMs();
    this.#selfTests = config.selfTests ?? new SelfTests();
    this.#calibration = config.calibration ?? { state: "none", assessedElsewhere: [] };
    this.#secrets = config.secrets ?? new Secrets({ ok: false, reason: "" });
    const memory = config.countsOnly === true ? ORDINARY_MEMORY : this.#secrets;
    this.#reservoir = new Reservoir(config.capacityBytes ?? DEFAULT_CAPACITY_BYTES, memory);
    this.#account = new Account(this.#ledger, this.#reservoir, {
      familyShare: config.familyShare,
      mayDiversify: (isWaiting) => this.#mayDiversify(isWaiting),
      onBlock: (origin, purpose) => this.#noteOrigin(origin, purpose),
    });
    this.#books = new Books(this.#ledger, this.#account);
    this.#scheduler = new Scheduler(config.sources, { ...config, shares: "by-credit" });
  }

  /**
   * Share of the time, 0 to 1, in which sources are sampled from now on while the pool is full and no request waits.
   * @throws RangeError
   */
  set idleShare(share: number) {
    if (this.#closed) return;
    this.#scheduler.idleShare = share;
    this.#sample();
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
  async extract(length: number, { signal, purpose = "output" }: ExtractOptions = {}): Promise<Uint8Array> {
    if (!Number.isInteger(length) || length < 1 || length > MAX_EXTRACT_BYTES) {
      throw new RangeError(`cannot extract ${length} bytes at once: 1 to ${MAX_EXTRACT_BYTES}`);
    }
    this.#assertOpen();
    signal?.throwIfAborted();
    return new Promise<Uint8Array>((resolve, reject) => {
      const waiter = new Waiter(length, purpose, resolve, reject, signal, () => this.#drop(waiter));
      this.#waiters.push(waiter);
      this.#serve();
    });
  }

  /** Stops sampling this source until `resume`. @throws RangeError for a source that is not in the pool */
  pause(id: string): void {
    this.#scheduler.pause(id);
    this.#books.lose(this.#scheduler.source(id));
  }

  /** It has to pass its start-up test again. @throws RangeError for a source that is not in the pool */
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

  /** Counts output that was shown. */
  noteShown(bytes: number): void {
    this.#shownBytes += bytes;
  }

  status(): PoolStatus {
    return {
      sources: this.#scheduler.sources.map((source) => source.status(this.#ledger.creditedTo(source.info))),
      calibration: this.#calibration,
      ledger: this.#ledger.totals,
      families: [...this.#ledger.spentByFamily()]
        .map(([family, spentBits]) => ({ family, spentBits }))
        .sort((a, b) => b.spentBits - a.spentBits),
      seed: this.#seed,
      selfTest: this.#selfTests.status(),
      secrets: this.#secrets.status(),
      readyBytes: this.#reservoir.readyBytes,
      capacityBytes: this.#reservoir.capacityBytes,
      extractedBytes: this.#extractedBytes,
      shownBytes: this.#shownBytes,
      uptimeMs: this.#nowMs() - this.#openedMs,
    };
  }

  /** Full-entropy bytes that a request gets without a wait. */
  get readyBytes(): number {
    return this.#reservoir.readyBytes;
  }

  /** True while noise is wanted: for a request that waits, or to fill the reservoir. */
  get isWanting(): boolean {
    return this.#waiters.length > 0 || this.#isFilling;
  }

  /** Describes how far the pool is from the bytes asked for. */
  shortage(): string {
    return shortageOf(this.status());
  }

  /**
   * Forgets all noise and all bytes that were not handed out, because another copy of this process may hold the same. Requests
   * go on waiting, for new noise from sources that have passed their start-up tests again.
   */
  forget(): void {
    if (this.#closed) return; // and all is wiped
    this.#scheduler.forget();
    this.#wipe();
    for (const waiter of this.#waiters) waiter.empty();
    this.#serve();
  }

  /** Ends sampling, rejects waiting requests, wipes ready bytes and waiting samples. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#scheduler.close();
    this.#wipe();
    this.#reservoir.close();
    if (this.#waiters.length > 0) this.#failWaiters(this.#closedError());
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Samples while a request waits, and from a pool that is half empty to a full one: slices are sampled several at a time, so that
   * to replace each block by itself would take many times as much of the processor.
   */
  #sample(): void {
    if (this.#closed) return;
    if (this.#reservoir.isFull) this.#isFilling = false;
    else if (this.#reservoir.isHalfEmpty) this.#isFilling = true;
    this.#scheduler.want(this.#waiters.length > 0 || this.#isFilling, this.#account.satedFamilies);
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
      if (event.kind === "trace") {
        this.#book(event.source, event.trace, event.epoch);
      } else {
        this.#books.lose(event.source);
        this.#account.forfeit(event.source.info);
        this.emit("source-failed", { id: event.source.info.id, reason: event.reason });
      }
      this.#serve();
    }
  }

  /** Books a trace, and does what follows from it. */
  #book(source: SourceState, trace: RawTrace, epoch: number | undefined): void {
    const { info } = source;
    // A copy, because samples are wiped once they are mixed in.
    const revealed = this.#toReveal.delete(info.id) && { ...trace, samples: trace.samples.slice() };
    const { paidBits, failure, warning } = this.#books.book(source, trace, epoch, !revealed);
    if (info.family !== this.#leansOn) this.#othersOweBits -= paidBits;
    if (failure) this.#scheduler.distrust(source, failure);
    if (warning) this.emit("source-warning", { id: info.id, reason: describeWarning(warning) });
    this.emit("sampled", { id: info.id, samples: trace.samples.length, paidBits });
    if (revealed) this.emit("revealed", revealed);
  }

  #wipe(): void {
    this.#reservoir.wipe();
    this.#account.forget();
    for (const source of this.#scheduler.sources) for (const { samples } of source.forfeit()) samples.fill(0);
  }

  /** Hands ready bytes to waiting requests, in order. */
  #serve(): void {
    for (let waiter = this.#waiters[0]; waiter; waiter = this.#waiters[0]) {
      const isSeed = waiter.purpose === "seed";
      this.#account.wantSeed(isSeed);
      const { isEmpty } = waiter;
      const taken = waiter.fill((out) => (isSeed ? this.#takeSeed(out, isEmpty) : this.#account.take(out)));
      this.#extractedBytes += taken;
      if (waiter.isComplete) {
        this.#waiters.shift();
        waiter.succeed();
      } else if (taken === 0) {
        break;
      }
    }
    if (this.#waiters.length === 0) this.#account.wantSeed(false);
    if (this.#waiters.length > 0 && !this.#scheduler.isHopeful) this.#failWaiters(this.#hopeless());
    this.#sample();
  }

  /** @param isFirst it is the seed's first block @returns the number of bytes moved to `out` */
  #takeSeed(out: Uint8Array, isFirst: boolean): number {
    const seed = this.#account.takeSeed();
    if (!seed) return 0;
    const count = Math.min(out.length, seed.length);
    out.set(seed.subarray(0, count));
    seed.fill(0);
    const { families, leansOn } = this.#account.seedOrigin;
    const before = isFirst ? { families: [], oneFamily: false } : this.#seed;
    this.#seed = {
      families: [...new Set([...before.families, ...families])],
      oneFamily: before.oneFamily || leansOn !== undefined,
    };
    return count;
  }

  #noteOrigin({ leansOn }: Origin, purpose: "seed" | "output"): void {
    if (leansOn !== undefined) {
      this.#leansOn = leansOn;
      this.#othersOweBits = SEED_FAMILY_SHARE * FULL_ENTROPY_INPUT_BITS;
      if (this.#leaning[purpose] === undefined) this.emit("one-family", { family: leansOn, purpose });
    }
    this.#leaning[purpose] = leansOn;
  }

  /** Tells if a block should wait for a second family: if there is one that delivers, and for a limited time. */
  #mayDiversify(isWaiting: boolean): boolean {
    const able = new Set(
      this.#scheduler.sources
        .filter((source) => takesPart(source) && source.claimedH > 0)
        .map(({ info }) => info.family),
    );
    if (able.size < 2) return false;
    if (this.#leansOn !== undefined) {
      if (this.#othersOweBits > 0) return false;
      this.#leansOn = undefined;
      this.#waitsForFamilySinceMs = undefined;
    }
    const now = this.#nowMs();
    this.#waitsForFamilySinceMs = isWaiting ? (this.#waitsForFamilySinceMs ?? now) : undefined;
    return now - (this.#waitsForFamilySinceMs ?? now) < SEED_PATIENCE_MS;
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

  #drop(waiter: Waiter): void {
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
    readonly purpose: "output" | "seed",
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

  get isEmpty(): boolean {
    return this.#filled === 0;
  }

  get isComplete(): boolean {
    return this.#filled === this.#bytes.length;
  }

  /** Wipes the bytes it has so far. */
  empty(): void {
    this.#bytes.fill(0);
    this.#filled = 0;
  }

  /** @param take moves bytes into the given array and returns their number @returns the number of bytes taken */
  fill(take: (out: Uint8Array) => number): number {
    const taken = take(this.#bytes.subarray(this.#filled));
    this.#filled += taken;
    return taken;
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
