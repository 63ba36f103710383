/** Serves one pool: random bytes in both modes, status, collecting. */
import { InsufficientEntropyError, PoolClosedError } from "../../errors.ts";
import type { OpenPool } from "../../pool/open.ts";
import { type Snapshot, Snapshots } from "../../pool/snapshot.ts";
import { fillAtOnce, type RbgMode } from "../../rbg/generator.ts";
import { type HealthReport, healthReport, type SourceFailure } from "./health-report.ts";

/** Bytes extracted at a time while collecting. */
const COLLECTED_BYTES = 4_096;

export class PoolService implements Disposable {
  readonly #snapshots: Snapshots;
  readonly #closing = new AbortController();

  /** @param timeoutMs requests fail after this long without new entropy @param open closed with the service */
  constructor(
    private readonly open: OpenPool,
    private readonly timeoutMs: number,
  ) {
    this.#snapshots = new Snapshots(open.pool, open.infos);
  }

  /** Asks whether this process was copied: see `Generator`. */
  get epoch(): number {
    return this.open.full.epoch;
  }

  /** Waits until this mode can serve. @throws InsufficientEntropyError after `timeoutMs` without new entropy */
  ready(mode: RbgMode, signal = this.#closing.signal): Promise<void> {
    return this.open[mode].ready({ signal, timeoutMs: this.timeoutMs });
  }

  /**
   * Resolves with `length` bytes, or wipes those it has and rejects.
   * @throws InsufficientEntropyError after `timeoutMs` without new entropy; the signal's reason; PoolClosedError
   */
  async bytes(length: number, mode: RbgMode, signal = this.#closing.signal): Promise<Uint8Array> {
    const out = new Uint8Array(length);
    await this.open[mode].fill(out, { signal, timeoutMs: this.timeoutMs });
    return out;
  }

  /** Fills `out` with DRBG output at once. @throws DrbgError before `ready`, or if a reseed can wait no longer */
  fillNow(mode: RbgMode, out: Uint8Array): void {
    fillAtOnce(this.open[mode], out);
  }

  /** Takes a snapshot. Rates are since the previous status or report. */
  status(): Snapshot {
    return this.#snapshots.next();
  }

  healthReport(): HealthReport {
    return healthReport(this.status());
  }

  /**
   * Samples all sources for `durationMs` and returns a snapshot with rates over this time. Output that the pool cannot
   * hold is discarded. @throws the signal's reason
   */
  async collect(durationMs: number, signal: AbortSignal): Promise<Snapshot> {
    const snapshots = new Snapshots(this.open.pool, this.open.infos);
    snapshots.next();
    const time = AbortSignal.timeout(durationMs);
    const limited = AbortSignal.any([signal, time]);
    try {
      for (;;) (await this.open.pool.extract(COLLECTED_BYTES, { signal: limited })).fill(0);
    } catch (error) {
      signal.throwIfAborted();
      if (!time.aborted && !isShortage(error)) throw error;
    }
    return snapshots.next();
  }

  onSourceFailed(listener: (failure: SourceFailure) => void): void {
    this.open.pool.on("source-failed", listener);
  }

  /** Ends sampling, rejects waiting requests, wipes ready bytes. */
  close(): void {
    this.#closing.abort(new PoolClosedError());
    this.open.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Tells a shortage from a fault: the snapshot shows that no source delivers. */
function isShortage(error: unknown): boolean {
  return error instanceof InsufficientEntropyError;
}
