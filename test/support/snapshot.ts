/** Snapshots of a pool that does not exist, for code that only shows them. */
import type { Snapshot, SourceSnapshot } from "../../src/pool/snapshot.ts";

export function sourceSnapshot(partial: Partial<SourceSnapshot> & { readonly id: string }): SourceSnapshot {
  return {
    title: partial.id,
    family: "clock",
    state: "healthy",
    samples: 0,
    rateHz: 1_000,
    claimedH: 1,
    assessedH: 2,
    creditedBits: 0,
    waitingSamples: 0,
    healthFailures: 0,
    healthWarnings: 0,
    faults: 0,
    samplesPerSecond: 0,
    creditedBitsPerSecond: 0,
    ...partial,
  };
}

export function snapshot(
  uptimeMs: number,
  sources: readonly (Partial<SourceSnapshot> & { readonly id: string })[],
): Snapshot {
  const shown = sources.map(sourceSnapshot);
  return {
    schema: 1,
    sources: shown,
    calibration: { state: "used", assessedElsewhere: [] },
    ledger: { creditedBits: 0, spentBits: 0, forfeitedBits: 0, levelBits: 0 },
    families: [],
    seed: { families: [], oneFamily: false },
    selfTest: { state: "passed", runs: 1 },
    secrets: { lockedBytes: 4_096, unlockedBytes: 0, notDumped: true, wipedOnFork: true },
    readyBytes: 0,
    capacityBytes: 4_096,
    extractedBytes: 0,
    shownBytes: 0,
    uptimeMs,
    creditedBitsPerSecond: shown.reduce((sum, { creditedBitsPerSecond }) => sum + creditedBitsPerSecond, 0),
    fullEntropyBytesPerSecond: 0,
    grade: "A",
  };
}
