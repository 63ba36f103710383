/** One snapshot of the pool for all who watch, made at most four times a second, and at once where a self-test has failed. */
import type { Pool } from "../../pool/pool.ts";
import { type Snapshot, Snapshots } from "../../pool/snapshot.ts";
import type { SourceInfo } from "../../source.ts";

/** Rates are differences between two snapshots. Over less time they would be noise, and one client could spoil them for all. */
const LEAST_AGE_MS = 250;

export class LiveStatus {
  readonly #snapshots: Snapshots;
  #latest: Snapshot | undefined;

  constructor(
    private readonly pool: Pool,
    infos: readonly SourceInfo[],
  ) {
    this.#snapshots = new Snapshots(pool, infos);
  }

  snapshot(): Snapshot {
    const { uptimeMs, selfTest } = this.pool.status();
    const latest = this.#latest;
    const isFresh = latest !== undefined && uptimeMs - latest.uptimeMs < LEAST_AGE_MS;
    if (isFresh && latest.selfTest.state === selfTest.state) return latest;
    this.#latest = this.#snapshots.next();
    return this.#latest;
  }
}
