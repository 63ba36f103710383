/** Says what happened within one recording: drift, changes with their places, and how much of it was looked at. */
import { formatClock, formatCount, plural } from "#kit/format/numbers.ts";
import type { Manifest } from "../../recording/manifest.ts";
import type { RecordingFile } from "../../recording/manifest-file.ts";
import type { Looked, PartRead } from "./comparison.ts";
import { placeOf, type TakenSamples } from "./samples-file.ts";

/** @param leastEffect a smaller drift is not reported */
export function historyOf(
  side: string,
  { manifest }: RecordingFile,
  taken: TakenSamples,
  looked: Looked,
  perTest: number,
  leastEffect: number,
): string[] {
  const { drift, changes, medians, samples, recorded, isVerified } = looked;
  const notes: string[] = [];
  if (drift.pValue < perTest && Math.abs(drift.effect) >= leastEffect) {
    notes.push(
      `${side} drifts: from its first to its last quarter values ${riseOf(drift.effect)}, medians ${medians[0]} to ${medians.at(-1)}`,
    );
  }
  const edges = [0, ...changes.map(({ block }) => block), medians.length];
  for (const [i, { block, effect }] of changes.entries()) {
    const sample = placeOf(taken, Math.floor((block * samples) / medians.length));
    const [before, after] = [edges.slice(i, i + 2), edges.slice(i + 1, i + 3)].map(([from, to]) =>
      middle(medians.slice(from, to)),
    );
    notes.push(
      `${side} changes at sample ${formatCount(sample)}, ${momentOf(manifest, sample)}: values ${riseOf(effect)}, medians ${before} to ${after}`,
    );
  }
  if (manifest.runs.length > 1) notes.push(`${side} was interrupted: it has ${manifest.runs.length} runs`);
  if (!isVerified) notes.push(partText(side, { samples, recorded, stretches: taken.starts.length }));
  return notes;
}

export function partText(side: string, { samples, recorded, stretches }: PartRead): string {
  return `of ${side} ${formatCount(samples)} of ${formatCount(recorded)} samples were looked at, in ${plural(stretches, "stretch", "stretches")}; its SHA-256 was not checked`;
}

function riseOf(effect: number): string {
  return `${effect > 0 ? "rise" : "fall"} (Cliff's delta ${effect.toFixed(2)})`;
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** The time from the recording's start, as the time within the run that has the sample. */
function momentOf({ runs, startedAt }: Manifest, sample: number): string {
  const run = runs.findLast(({ firstSample }) => firstSample <= sample) ?? runs[0]!;
  const [from, to] = [Date.parse(run.startedAt), Date.parse(run.endedAt)];
  const at = from + ((to - from) * (sample - run.firstSample)) / run.samples;
  const since = at - Date.parse(startedAt);
  return `${formatClock(since)}${since < 10_000 ? ` (${Math.round(since)} ms)` : ""} after its start`;
}
