/** One pool and what is asked of it: random bytes in both modes, status, collecting. */
import { InsufficientEntropyError, PoolClosedError } from "../../errors.ts";
import { EntropyPool } from "../../pool/pool.ts";
import { type Snapshot, Snapshots } from "../../pool/snapshot.ts";
import { withinTime } from "../../pool/within-time.ts";
import { type KeyStreamHost, RandomBytes, type RbgMode } from "../../rbg/generator.ts";
import type { SamplingThread } from "../../sampling/protocol.ts";
import type { SourceInfo } from "../../source.ts";
import { FULL_PIECE_BYTES } from "./frames.ts";
import { type HealthReport, healthReport, type SourceFailure } from "./health-report.ts";

export interface PoolServiceOptions {
  /** With the claims that may be credited. */
  readonly infos: readonly SourceInfo[];
  readonly startThread: () => SamplingThread;
  readonly host?: KeyStreamHost;
  /** Bytes are given up after so long without entropy. */
  readonly timeoutMs: number;
}

/** Taken out at once while collecting. */
const COLLECTED_BYTES = 4_096;

export class PoolService implements Disposable {
  readonly #pool: EntropyPool;
  readonly #random: Readonly<Record<RbgMode, RandomBytes>>;
  readonly #snapshots: Snapshots;
  readonly #closing = new AbortController();

  constructor(private readonly options: PoolServiceOptions) {
    this.#pool = new EntropyPool({ sources: options.infos, startThread: options.startThread });
    this.#random = {
      full: new RandomBytes(this.#pool, "full"),
      drbg: new RandomBytes(this.#pool, "drbg", options.host),
    };
    this.#snapshots = new Snapshots(this.#pool, options.infos);
  }

  /** Waits until bytes of this mode can be had. @throws InsufficientEntropyError after the time allowed */
  ready(mode: RbgMode, signal = this.#closing.signal): Promise<void> {
    return this.#inTime(signal, (limited) => this.#random[mode].ready(limited));
  }

  /**
   * Exactly `length` bytes. When it fails, what it had got is wiped.
   * @throws InsufficientEntropyError when nothing came for the time allowed; the signal's reason; PoolClosedError
   */
  async bytes(length: number, mode: RbgMode, signal = this.#closing.signal): Promise<Uint8Array> {
    const out = new Uint8Array(length);
    const random = this.#random[mode];
    try {
      for (let done = 0; done < length; ) {
        signal.throwIfAborted();
        const piece = out.subarray(done, mode === "full" ? done + FULL_PIECE_BYTES : length);
        done += random.isImmediate
          ? await random.fill(piece, signal)
          : await this.#inTime(signal, (limited) => random.fill(piece, limited));
      }
    } catch (error) {
      out.fill(0);
      throw error;
    }
    return out;
  }

  /** Fills `out` with DRBG output at once. @throws DrbgError before `ready`, or if a reseed can wait no longer */
  fillNow(mode: RbgMode, out: Uint8Array): void {
    this.#random[mode].fillNow(out);
  }

  /** Rates are since the status or report before. */
  status(): Snapshot {
    return this.#snapshots.next();
  }

  healthReport(): HealthReport {
    return healthReport(this.status());
  }

  /**
   * Samples all sources for so long, and tells how they did: rates are over this time. What the pool cannot hold is
   * discarded. @throws the signal's reason
   */
  async collect(durationMs: number, signal: AbortSignal): Promise<Snapshot> {
    const snapshots = new Snapshots(this.#pool, this.options.infos);
    snapshots.next();
    const time = AbortSignal.timeout(durationMs);
    const limited = AbortSignal.any([signal, time]);
    try {
      for (;;) (await this.#pool.extract(COLLECTED_BYTES, limited)).fill(0);
    } catch (error) {
      signal.throwIfAborted();
      if (!time.aborted && !isShortage(error)) throw error;
    }
    return snapshots.next();
  }

  onSourceFailed(listener: (failure: SourceFailure) => void): void {
    this.#pool.on("source-failed", listener);
  }

  /** Ends sampling, fails who waits, wipes what was ready. */
  close(): void {
    this.#closing.abort(new PoolClosedError());
    for (const random of Object.values(this.#random)) random.close();
    this.#pool.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #inTime<T>(signal: AbortSignal, work: (limited: AbortSignal) => Promise<T>): Promise<T> {
    return withinTime(this.#pool, this.options.timeoutMs, signal, work);
  }
}

/** That no source delivers is what a snapshot shows. */
function isShortage(error: unknown): boolean {
  return error instanceof InsufficientEntropyError;
}
