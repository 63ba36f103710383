/** `record`: writes a source's noise to files, as evidence and for assessment elsewhere. */
import { join } from "node:path";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, type OptionsOf } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import { ownProcess } from "#kit/term/own-process.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import type { Deps } from "../deps.ts";
import { requireCatalogue } from "../evidence/catalogue/catalogue.ts";
import { tagEvidence } from "../evidence/catalogue/entries.ts";
import { type Manifest, planRecording } from "../recording/manifest.ts";
import { fillRecording } from "../recording/record.ts";
import { Recording } from "../recording/recording.ts";
import { openRestarts } from "../recording/restarts.ts";
import { requireAvailable } from "../recording/sample-until.ts";
import { sourceNamed } from "../sources/selection.ts";
import { RESTARTS_FLAG, TAG_FLAG } from "./record-flags.ts";
import { continuation, manifestText, recordingProgress, slowRestarts } from "./record-text.ts";
import { type FreshProcess, restartOf } from "./restart-of.ts";
import { SETTINGS_FLAGS, SOURCE_WORD } from "./source-flags.ts";

const FLAGS = {
  source: SOURCE_WORD,
  out: flag.folder({ required: true, about: "Folder for the files (needed)" }),
  samples: flag.count(1, 1e9, { default: "1000000", about: "Number of raw samples" }),
  ...RESTARTS_FLAG,
  ...TAG_FLAG,
  ...SETTINGS_FLAGS,
  json: flag.switch({ about: "Write the manifest to stdout" }),
};

export const record = command({
  name: "record",
  description: "Record a source's raw noise and its restarts to files, with a manifest",
  details: [
    "Samples, symbols and restarts (SP 800-90B 3.1.4) go to files of their own, with a manifest that names the machine, the clock and the hashes. To continue an interrupted recording, give the same command again.",
    "--tag, which may be given several times, keeps the recording in the index of evidence: 'evidence compare before after' then finds it by name.",
  ],
  flags: FLAGS,
  examples: [
    "esoteric-entropy record dram_row_buffer --out recordings",
    "esoteric-entropy record dram_row_buffer --out recordings/before --restarts 0 --tag before",
    "esoteric-entropy record sleep_jitter --samples 100000 --restarts 0 --out recordings",
  ],
  seeAlso: ["probe", "assess", "calibrate", "evidence compare", "evidence list"],
  async run(options, io, deps: Deps) {
    await runRecord(options, io, deps);
    return EXIT.ok;
  },
});

export type RecordOptions = Pick<
  OptionsOf<typeof FLAGS>,
  "source" | "out" | "samples" | "restarts" | "tag" | "json"
>;

/** @throws SourceError · InputError, disk full included · the signal's reason */
export async function runRecord(
  options: RecordOptions,
  io: Io,
  deps: Deps,
  freshProcess: FreshProcess = ownProcess,
): Promise<void> {
  const { host } = deps;
  const source = sourceNamed(deps.sources, options.source);
  await requireAvailable(source, host);
  if (options.tag.length > 0) requireCatalogue(deps.stateFolder); // an hour later would be too late to refuse
  const tagged = () =>
    tagEvidence(join(options.out, `${source.info.id}.json`), options.tag, deps.stateFolder, io.signal);
  const written = (manifest: Manifest) =>
    options.json ? `${JSON.stringify(manifest, null, 2)}\n` : manifestText(manifest, options.out);
  const again = restartOf(source, host, freshProcess);
  using restarts = options.restarts && (await openRestarts(options.restarts, source, host, again, io.signal));
  if (restarts?.obstacle !== undefined) io.log.info(slowRestarts(restarts.obstacle));
  const plan = await planRecording(source, host, { ...options, restarts: restarts?.plan }, io.signal);
  const begun = Recording.begin(options.out, plan);
  if (!(begun instanceof Recording)) {
    io.log.info(`${options.out} holds this recording already, complete`);
    await tagged();
    return io.out(written(begun));
  }
  using recording = begun;
  if (recording.samplesDone > 0) io.log.info(continuation(recording));
  try {
    using _ = new ProgressLine(io, () => recordingProgress(recording, io));
    await fillRecording(recording, source, host, restarts?.restart ?? again, io.signal);
  } catch (error) {
    if (io.signal.aborted) io.log.info("stopped; the same command goes on from here");
    throw error;
  }
  const manifest = recording.finish();
  await tagged();
  await io.out(written(manifest));
}
