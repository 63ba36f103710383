/** What the pool tells about itself. Plain data: `pool --json`, the server and the terminal show it as it is. */
import type { Totals } from "./ledger.ts";

export interface SourceStatus {
  readonly id: string;
  readonly family: string;
  /** starting: in its start-up test · healthy · failed: quarantined · unavailable · paused: by the user */
  readonly state: "starting" | "healthy" | "failed" | "unavailable" | "paused";
  /** Why, for failed and unavailable. */
  readonly reason?: string;
  /** Raw samples taken since the pool was opened. */
  readonly samples: number;
  /** Raw samples a second of its own sampling time. */
  readonly rateHz: number;
  /** What the source claims at this counter's step (H_submitter), bits per symbol. */
  readonly claimedH: number;
  /** Online estimate, bits per symbol; null before the first full window. */
  readonly assessedH: number | null;
  /** Bits counted by the ledger since the pool was opened. */
  readonly creditedBits: number;
  /** Repetition count and adaptive proportion tests that fired (SP 800-90B §4.4). */
  readonly healthFailures: number;
  /** Errors and hangs. */
  readonly faults: number;
  readonly lastFault?: string;
}

export interface PoolStatus {
  readonly sources: readonly SourceStatus[];
  readonly ledger: Totals;
  /** Full-entropy bytes ready to be handed out, and the most that is kept. */
  readonly readyBytes: number;
  readonly capacityBytes: number;
  /** Full-entropy bytes handed out since the pool was opened. */
  readonly extractedBytes: number;
  /** Since the pool was opened, milliseconds. */
  readonly uptimeMs: number;
}

/** One sentence for an error message: what stands between the pool and the bytes asked for. */
export function shortage(status: PoolStatus): string {
  const { levelBits, creditedBits } = status.ledger;
  const states = new Map<string, number>();
  for (const { state } of status.sources) states.set(state, (states.get(state) ?? 0) + 1);
  const census = [...states].map(([state, count]) => `${count} ${state}`).join(", ");
  return `${creditedBits.toFixed(0)} bits credited in ${(status.uptimeMs / 1000).toFixed(1)} s, ${levelBits.toFixed(0)} unspent; sources: ${census || "none"}`;
}
