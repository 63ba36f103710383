/** Health of a pool's sources, for deciding whether to trust it. Plain data. */
import type { Grade, Snapshot, SourceSnapshot } from "../../pool/snapshot.ts";
import type { SelfTestStatus } from "../../rbg/self-tests.ts";

export interface HealthReport {
  readonly schema: 1;
  /** True if at least one source is healthy and no self-test of the DRBG failed: the pool can serve. */
  readonly healthy: boolean;
  /** The known-answer tests of the DRBG. */
  readonly selfTest: SelfTestStatus;
  readonly grade: Grade;
  /** Number of sources in each state. */
  readonly states: Readonly<Record<SourceSnapshot["state"], number>>;
  readonly sources: readonly SourceHealth[];
  /** Bits credited since the pool was opened, and bits per second since the previous report or status. */
  readonly creditedBits: number;
  readonly creditedBitsPerSecond: number;
  /** Full-entropy bytes ready to be handed out, and the most that are kept. */
  readonly readyBytes: number;
  readonly capacityBytes: number;
  /** Time since the pool was opened. */
  readonly uptimeMs: number;
}

export type SourceHealth = Pick<
  SourceSnapshot,
  | "id"
  | "title"
  | "family"
  | "state"
  | "reason"
  | "claimedH"
  | "assessedH"
  | "creditedBits"
  | "healthFailures"
  | "faults"
  | "lastFault"
>;

/** A source was quarantined, or found unable to run. */
export interface SourceFailure {
  readonly id: string;
  readonly reason: string;
}

export function healthReport(snapshot: Snapshot): HealthReport {
  const states = { starting: 0, healthy: 0, failed: 0, unavailable: 0, paused: 0 };
  for (const { state } of snapshot.sources) states[state] += 1;
  return {
    schema: 1,
    healthy: states.healthy > 0 && snapshot.selfTest.state !== "failed",
    selfTest: snapshot.selfTest,
    grade: snapshot.grade,
    states,
    sources: snapshot.sources.map(sourceHealth),
    creditedBits: snapshot.ledger.creditedBits,
    creditedBitsPerSecond: snapshot.creditedBitsPerSecond,
    readyBytes: snapshot.readyBytes,
    capacityBytes: snapshot.capacityBytes,
    uptimeMs: snapshot.uptimeMs,
  };
}

function sourceHealth(source: SourceSnapshot): SourceHealth {
  const { id, title, family, state, reason, lastFault } = source;
  const { claimedH, assessedH, creditedBits, healthFailures, faults } = source;
  return {
    id,
    title,
    family,
    state,
    ...(reason === undefined ? {} : { reason }),
    claimedH,
    assessedH,
    creditedBits,
    healthFailures,
    faults,
    ...(lastFault === undefined ? {} : { lastFault }),
  };
}
