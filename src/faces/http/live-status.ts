/** One snapshot of the pool for all who watch, made at most four times a second. */
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
    const { uptimeMs } = this.pool.status();
    if (!this.#latest || uptimeMs - this.#latest.uptimeMs >= LEAST_AGE_MS)
      this.#latest = this.#snapshots.next();
    return this.#latest;
  }
}
