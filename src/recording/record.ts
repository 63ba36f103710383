/** Fills a recording: the long run of samples, then the rows of the restart matrix. */
import { SourceError } from "../errors.ts";
import type { Host } from "../platform/host.ts";
import type { Source } from "../source.ts";
import { type RawTrace, SAMPLE_BYTES } from "../trace.ts";
import type { Recording } from "./recording.ts";
import { sampleUntil } from "./sample-until.ts";

/** Raw samples of a source that was restarted, 64 bits each, little-endian, as `probe --raw` writes them. */
export type Restart = (samples: number, signal: AbortSignal) => Promise<Uint8Array>;

/** Time between checkpoints, ms: the most that is lost when the program is killed. */
const CHECKPOINT_MS = 1_000;

/** Samples held in memory at once: 8 MiB. */
const MAX_PIECE_SAMPLES = 1 << 20;

/**
 * Goes on from where the recording stands until it has all samples and restarts. An abort leaves a checkpoint, so that a
 * later call loses nothing.
 * @throws InputError where there is no room; SourceError, also for a restart with another number of samples; the signal's reason;
 *   whatever `restart` throws
 */
export async function fillRecording(
  recording: Recording,
  source: Source,
  host: Host,
  restart: Restart,
  signal: AbortSignal,
): Promise<void> {
  try {
    await fillSamples(recording, source, host, signal);
    await fillRestarts(recording, restart, signal);
  } catch (error) {
    if (signal.aborted) recording.checkpoint();
    throw error;
  }
}

async function fillSamples(
  recording: Recording,
  source: Source,
  host: Host,
  signal: AbortSignal,
): Promise<void> {
  const samples = recording.plan.samples - recording.samplesDone;
  if (samples === 0) return;
  if (source.info.notNoise === "replay" && recording.samplesDone > 0) {
    throw new SourceError(
      source.info.id,
      "a plain file would begin again: remove what was recorded, or record it elsewhere",
    );
  }
  const inOneInterval = Math.max(1, Math.round((source.info.rateHz * CHECKPOINT_MS) / 1000));
  const limits = { samples, pieceSamples: Math.min(MAX_PIECE_SAMPLES, inOneInterval) };
  const checkpointDue = every(CHECKPOINT_MS);
  for await (const trace of sampleUntil(source, host, limits, signal, () => recording.beginRun())) {
    recording.append(trace);
    if (checkpointDue()) recording.checkpoint();
  }
  recording.checkpoint();
}

async function fillRestarts(recording: Recording, restart: Restart, signal: AbortSignal): Promise<void> {
  const { restarts, source } = recording.plan;
  if (!restarts) return;
  const checkpointDue = every(CHECKPOINT_MS);
  while (recording.rowsDone < restarts.rows) {
    const bytes = await restart(restarts.cols, signal);
    const wanted = restarts.cols * SAMPLE_BYTES;
    if (bytes.length !== wanted)
      throw new SourceError(source.id, `a restart gave ${bytes.length} bytes, not ${wanted}`);
    recording.appendRow(traceOf(source.id, bytes));
    if (checkpointDue()) recording.checkpoint();
  }
}

/** The bytes carry no times and no count of warm-up samples: those fields are 0. */
function traceOf(sourceId: string, bytes: Uint8Array): RawTrace {
  const samples = new BigUint64Array(bytes.slice().buffer);
  return { sourceId, samples, discarded: 0, startedNs: 0, elapsedNs: 0 };
}

/** Returns a function that is true once `ms` have passed since it was last true. */
function every(ms: number): () => boolean {
  let last = performance.now();
  return () => {
    const now = performance.now();
    if (now - last < ms) return false;
    last = now;
    return true;
  };
}
