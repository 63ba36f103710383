/** The output of `record`. */

import { formatAmount, plural } from "#kit/format/numbers.ts";
import type { Io } from "#kit/term/io.ts";
import { progressMeter } from "#kit/term/progress.ts";
import type { Manifest } from "../recording/manifest.ts";
import type { Recording } from "../recording/recording.ts";

export function continuation({ samplesDone, rowsDone }: Recording): string {
  return `going on after ${samplesDone} samples and ${rowsDone} restarts`;
}

/** @param obstacle why the quicker way does not serve */
export function slowRestarts(obstacle: string): string {
  return `restarts are processes of this whole program, which start more slowly than those of ee-restart: ${obstacle}`;
}

/** For a line that is drawn while the recording is being made. */
export function recordingProgress({ plan, samplesDone, rowsDone }: Recording, io: Io): string {
  const [done, total, what] =
    samplesDone < plan.samples
      ? [samplesDone, plan.samples, "samples"]
      : [rowsDone, plan.restarts?.rows ?? 0, "restarts"];
  const share = total > 0 ? done / total : 1;
  return `${plan.source.id}  ${progressMeter(share, io)}  ${formatAmount(done)} of ${formatAmount(total)} ${what}`;
}

/** Sums up a finished recording. @param folder of its files */
export function manifestText(manifest: Manifest, folder: string): string {
  const { source, files, restarts } = manifest;
  const kept = [files.samples, files.symbols, files.restarts].filter((file) => file !== null);
  const width = Math.max(...kept.map(({ name }) => name.length));
  return [
    `${source.id}: ${manifest.samples} samples at ${formatAmount(manifest.rateHz)}/s in ${plural(manifest.runs.length, "run")}, ` +
      `${manifest.discarded} of warm-up dropped; ${restarts ? `${restarts.rows} restarts of ${restarts.cols} samples` : "no restarts"}`,
    "",
    ...kept.map(({ name, sha256, format }) => `${name.padEnd(width)}  ${sha256}  ${format}`),
    `${`${source.id}.json`.padEnd(width)}  manifest, in ${folder}`,
    "",
  ].join("\n");
}
