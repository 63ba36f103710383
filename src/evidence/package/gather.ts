/** Gathers a source's data: a recording as `record` makes it, for as long as there is time. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { EntropyError } from "../../errors.ts";
import type { Host } from "../../platform/host.ts";
import { type Manifest, planRecording } from "../../recording/manifest.ts";
import { fillRecording, type Restart } from "../../recording/record.ts";
import { Recording } from "../../recording/recording.ts";
import { openRestarts } from "../../recording/restarts.ts";
import type { Source } from "../../source.ts";
import type { PackageFolder } from "./folder.ts";
import type { Counts } from "./plan.ts";

/** Tells how much of a source there is. */
export type Gathered =
  /** All that was asked for. */
  | { readonly kind: "complete"; readonly manifest: Manifest }
  /** Less: the time was up, or the source failed. What there is stays, and a later run goes on from it. */
  | {
      readonly kind: "short";
      readonly samples: number;
      readonly rows: number;
      readonly reason: string;
    }
  /** The machine has not got the source. */
  | { readonly kind: "absent"; readonly reason: string };

export interface Gathering {
  readonly counts: Counts;
  /** Most time of this source in this run, ms. */
  readonly limitMs: number;
  /** Restarts the source by another process of this program, where there is no quicker way. */
  readonly wholeProgram: Restart;
  readonly signal: AbortSignal;
  /** Told of the recording once it is open, for whoever shows how far it is. */
  readonly onRecording: (recording: Recording) => void;
  /** Told why the quicker way does not serve. */
  readonly onObstacle: (reason: string) => void;
}

/** @throws InputError where there is no room, or the folder holds another recording; the signal's reason; defects */
export async function gather(
  source: Source,
  host: Host,
  folder: PackageFolder,
  { counts, limitMs, wholeProgram, signal, onRecording, onObstacle }: Gathering,
): Promise<Gathered> {
  const { id } = source.info;
  const availability = await source.availability(host);
  const place = folder.recordingOf(id);
  if (!availability.ok && !existsSync(place)) return { kind: "absent", reason: availability.reason };
  const isComplete = existsSync(join(place, `${id}.json`));
  using restarts =
    counts.restarts && !isComplete
      ? await openRestarts(counts.restarts, source, host, wholeProgram, signal)
      : undefined;
  if (restarts?.obstacle !== undefined) onObstacle(restarts.obstacle);
  const asked = counts.restarts && (restarts?.plan ?? { ...counts.restarts, method: "none is made" });
  const plan = await planRecording(source, host, { samples: counts.samples, restarts: asked }, signal);
  // Before anything is written: a kill must not leave hashes of what was.
  if (!isComplete) folder.unseal();
  const begun = Recording.begin(place, plan);
  if (!(begun instanceof Recording)) return { kind: "complete", manifest: begun };
  using recording = begun;
  const short = (reason: string): Gathered => ({
    kind: "short",
    samples: recording.samplesDone,
    rows: recording.rowsDone,
    reason,
  });
  if (!availability.ok) return short(availability.reason); // it was there when its recording was begun
  onRecording(recording);
  const time = new AbortController();
  const timer = setTimeout(() => time.abort(new TimeUp()), limitMs);
  try {
    const ending = AbortSignal.any([signal, time.signal]);
    await fillRecording(recording, source, host, restarts?.restart ?? wholeProgram, ending);
    return { kind: "complete", manifest: recording.finish() };
  } catch (error) {
    signal.throwIfAborted();
    const isLate = time.signal.aborted && error instanceof TimeUp;
    if (!isLate && !(error instanceof EntropyError && error.code !== "input")) throw error;
    if (!isLate) recording.checkpoint();
    return short(isLate ? `the ${limitMs / 1000} s for a source were over` : error.message);
  } finally {
    clearTimeout(timer);
  }
}

/** The time for one source is over. */
class TimeUp extends Error {
  override name = "TimeUp";
}
