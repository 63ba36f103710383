/** One pool and what is asked of it: random bytes in both modes, status, collecting. */
import { InsufficientEntropyError, PoolClosedError } from "../../errors.ts";
import type { OpenPool } from "../../pool/open.ts";
import { type Snapshot, Snapshots } from "../../pool/snapshot.ts";
import { fillAtOnce, type RbgMode } from "../../rbg/generator.ts";
import { type HealthReport, healthReport, type SourceFailure } from "./health-report.ts";

/** Taken out at once while collecting. */
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

  /** Waits until bytes of this mode can be had. @throws InsufficientEntropyError after the time allowed */
  ready(mode: RbgMode, signal = this.#closing.signal): Promise<void> {
    return this.open[mode].ready({ signal, timeoutMs: this.timeoutMs });
  }

  /**
   * Resolves with `length` bytes. When it fails, those it had got are wiped.
   * @throws InsufficientEntropyError when nothing came for the time allowed; the signal's reason; PoolClosedError
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

  /** Rates are since the status or report before. */
  status(): Snapshot {
    return this.#snapshots.next();
  }

  healthReport(): HealthReport {
    return healthReport(this.status());
  }

  /**
   * Samples all sources for `durationMs`, and tells how they did: rates are over this time. Output that the pool cannot
   * hold is discarded. @throws the signal's reason
   */
  async collect(durationMs: number, signal: AbortSignal): Promise<Snapshot> {
    const snapshots = new Snapshots(this.open.pool, this.open.infos);
    snapshots.next();
    const time = AbortSignal.timeout(durationMs);
    const limited = AbortSignal.any([signal, time]);
    try {
      for (;;) (await this.open.pool.extract(COLLECTED_BYTES, limited)).fill(0);
    } catch (error) {
      signal.throwIfAborted();
      if (!time.aborted && !isShortage(error)) throw error;
    }
    return snapshots.next();
  }

  onSourceFailed(listener: (failure: SourceFailure) => void): void {
    this.open.pool.on("source-failed", listener);
  }

  /** Ends sampling, fails who waits, wipes what was ready. */
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
