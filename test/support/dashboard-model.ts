/** A dashboard as it might look after a minute: sources in every state, made up and always the same. */

import { firstModel, type Model } from "../../src/faces/terminal/model.ts";
import { update } from "../../src/faces/terminal/update.ts";
import type { Snapshot, SourceSnapshot } from "../../src/pool/snapshot.ts";
import type { SourceInfo } from "../../src/source.ts";
import { fakeNoise } from "./fake-thread.ts";

const FAMILIES = ["clock", "memory", "page-table", "file", "scheduler", "workload"] as const;

export function exampleInfos(count: number): SourceInfo[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `source_${i}`,
    title: `Source number ${i}`,
    mechanism:
      "Time of something that takes a different time each time: a queue, a cache, a bus that others use as well. " +
      "What the other users do is not known, and whether it repeats is not known either.",
    family: FAMILIES[i % FAMILIES.length]!,
    unit: "ticks",
    symbolBits: 8,
    claim: 0.5,
    rateHz: 100_000,
    effects: [],
  }));
}

export function exampleSnapshot(infos: readonly SourceInfo[], second: number): Snapshot {
  const sources = infos.map(({ id, title, family }, i): SourceSnapshot => {
    const state = i === 2 ? "starting" : i === 5 ? "failed" : i === 7 ? "unavailable" : "healthy";
    const healthy = state === "healthy";
    const rate = healthy ? 123_456 / (i + 1) : state === "starting" ? 12 : 0;
    const creditRate = healthy ? rate * 0.5 : 0;
    return {
      id,
      title,
      family,
      state,
      ...(i === 5 ? { reason: "failed the continuous RCT test: symbol 7 seen 41 times (cutoff 41)" } : {}),
      ...(i === 7 ? { reason: "no such device" } : {}),
      // The fourth has stood still since second 50.
      samples: Math.round(rate * (i === 3 ? Math.min(second, 50) : second)),
      rateHz: rate,
      samplesPerSecond: i === 3 && second > 50 ? 0 : rate,
      claimedH: 0.5,
      assessedH: healthy ? 1.25 + i / 4 : null,
      creditedBits: creditRate * second,
      creditedBitsPerSecond: creditRate,
      waitingSamples: healthy ? 8_192 : 0,
      healthFailures: i === 5 ? 3 : 0,
      healthWarnings: 0,
      faults: i === 5 ? 1 : 0,
    };
  });
  const creditedBitsPerSecond = 60_000 + 40_000 * Math.sin(second / 6);
  const creditedBits = 60_000 * second;
  return {
    schema: 1,
    sources,
    calibration: { state: "none", assessedElsewhere: infos.map(({ id }) => id) },
    ledger: { creditedBits, spentBits: creditedBits - 200, forfeitedBits: 0, levelBits: 200 },
    families: [{ family: "clock", spentBits: creditedBits - 200 }],
    seed: { families: ["clock", "memory"], oneFamily: false },
    selfTest: { state: "passed", runs: second },
    secrets: { lockedBytes: 8_192, unlockedBytes: 0, notDumped: true, wipedOnFork: true },
    readyBytes: 2_900,
    capacityBytes: 4_096,
    extractedBytes: 32 * second,
    shownBytes: 0,
    uptimeMs: second * 1_000,
    creditedBitsPerSecond,
    fullEntropyBytesPerSecond: creditedBitsPerSecond / 10,
    grade: "B",
  };
}

/** Returns the model after `seconds` ticks of one second, with so many sources. */
export function exampleModel(width: number, height: number, seconds = 60, count = 12): Model {
  const infos = exampleInfos(count);
  let model = firstModel(infos, exampleSnapshot(infos, 0), { width, height }, 1_000);
  for (let second = 1; second <= seconds; second++) {
    [model] = update(model, { kind: "tick", snapshot: exampleSnapshot(infos, second) });
  }
  const noise = fakeNoise(1);
  const triangle = () => 180 + (noise() % 40) + (noise() % 40);
  const samples = Array.from({ length: 2_000 }, (_, i) => (i % 400 === 399 ? 9_000 : triangle()));
  [model] = update(model, { kind: "revealed", id: "source_0", samples });
  const bytes = Uint8Array.from({ length: 32 }, () => noise() & 0xff);
  [model] = update(model, { kind: "output", bytes });
  return model;
}
