/** Examines a source's recording: its assessments, its conditioning sheet, its health tests and its drill, each a file beside it. */
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { type AssessmentReport, runAssessment } from "../../assessment/assessment.ts";
import { type RestartReport, runRestartTests } from "../../assessment/restart-file.ts";
import { readSymbols, requireWidth, type SymbolFile } from "../../assessment/symbol-file.ts";
import { parseFaults } from "../../drill/faults.ts";
import { type DrillReport, runDrill } from "../../drill/run.ts";
import { InputError } from "../../errors.ts";
import type { Host } from "../../platform/host.ts";
import type { Manifest, RecordedFile } from "../../recording/manifest.ts";
import { shared, TestThreads } from "../../report/threads/test-threads.ts";
import type { Source } from "../../source.ts";
import { type PackageFolder, SOURCE_FILES } from "./folder.ts";
import { STANDARD } from "./plan.ts";
import { type ConditioningSheet, conditioningSheet, type HealthSheet, healthSheet } from "./sheets.ts";

/** All that follows from a recording. */
export interface Examined {
  readonly manifest: Manifest;
  readonly assessment: AssessmentReport;
  /** Null where there are not exactly as many restarts as the standard asks for: its tests and NIST's program take no others. */
  readonly restart: RestartReport | null;
  /** Null for a source that claims nothing: its samples go into the same hash, and are credited nothing. */
  readonly conditioning: ConditioningSheet | null;
  readonly health: HealthSheet;
  readonly drill: RecordingDrill;
}

/** A drill over a recording, and of which one it is. */
export type RecordingDrill = DrillReport & { readonly input: Pick<RecordedFile, "name" | "sha256"> };

export interface Examining {
  readonly signal: AbortSignal;
  readonly threads: number;
  readonly onProgress: (text: string) => void;
}

/** Keeps what an earlier run has found out. @throws InputError for data that are not what was recorded; the signal's reason */
export async function examine(
  source: Source,
  manifest: Manifest,
  host: Host,
  folder: PackageFolder,
  options: Examining,
): Promise<Examined> {
  const { id } = source.info;
  const recording = folder.recordingOf(id);
  await requireIntact(id, manifest, folder, options.signal);
  const keep = async <T extends object>(
    file: keyof typeof SOURCE_FILES,
    still: (kept: Readonly<Record<string, unknown>>) => boolean,
    make: () => Promise<T>,
  ): Promise<T> => {
    const name = `sources/${id}/${SOURCE_FILES[file]}`;
    const kept = folder.kept(name);
    if (kept && still(kept)) return kept as T;
    const made = await make();
    folder.writeJson(name, made);
    return made;
  };
  const isOf = (file: RecordedFile, figures: string) => (kept: Readonly<Record<string, unknown>>) =>
    (kept["input"] as { readonly sha256?: unknown } | undefined)?.sha256 === file.sha256 && figures in kept;
  const { symbols, restarts } = manifest.files;

  const assessment = await keep("assessment", isOf(symbols, "minEntropy"), () =>
    assessData(recording, manifest, options),
  );
  const isMatrix = manifest.restarts?.rows === STANDARD.rows && manifest.restarts.cols === STANDARD.cols;
  const restart =
    restarts && isMatrix
      ? await keep("restart", isOf(restarts, "restart"), () =>
          assessRestarts(recording, restarts, manifest, assessment.minEntropy, options),
        )
      : null;
  const conditioning = conditioningSheet(manifest.source.claimedH);
  if (conditioning) folder.writeJson(`sources/${id}/${SOURCE_FILES.conditioning}`, conditioning);
  const health = healthSheet(manifest, source.info.rateHz, assessment.minEntropy);
  folder.writeJson(`sources/${id}/${SOURCE_FILES.health}`, health);
  const drill = await keep("drill", isOf(symbols, "sources"), () =>
    drillRecording(source, recording, symbols, host, options),
  );
  return { manifest, assessment, restart, conditioning, health, drill };
}

async function assessData(
  folder: string,
  { source, files }: Manifest,
  options: Examining,
): Promise<AssessmentReport> {
  const data = await symbolsOf(folder, files.symbols, source.symbolBits, options.signal);
  return await runAssessment(data, given(data), {
    bitsPerSymbol: source.symbolBits,
    track: "non-iid",
    conditioned: false,
    truncate: false,
    details: false,
    initial: undefined,
    ...options,
  });
}

async function assessRestarts(
  folder: string,
  file: RecordedFile,
  { source }: Manifest,
  assessedH: number,
  options: Examining,
): Promise<RestartReport> {
  const data = await symbolsOf(folder, file, source.symbolBits, options.signal);
  return await runRestartTests(
    { ...data, rows: STANDARD.rows, cols: STANDARD.cols },
    given(data),
    {
      bitsPerSymbol: source.symbolBits,
      track: "non-iid",
      initial: initialEstimate(assessedH, source.claimedH),
      details: false,
    },
    options,
  );
}

/** Returns H_I, SP 800-90B §3.1.3: the lower of the assessment and H_submitter, where there is one. Bits per symbol. */
export function initialEstimate(assessedH: number, claimedH: number): number {
  return claimedH > 0 ? Math.min(assessedH, claimedH) : assessedH;
}

/** @throws InputError for a file that is not what was recorded; the signal's reason */
async function requireIntact(
  id: string,
  { files }: Manifest,
  folder: PackageFolder,
  signal: AbortSignal,
): Promise<void> {
  for (const file of [files.samples, files.symbols, files.restarts]) {
    if (!file || (await folder.sha256Of(`sources/${id}/${file.name}`, signal)) === file.sha256) continue;
    const path = join(folder.recordingOf(id), file.name);
    throw new InputError(`${path} is not what was recorded: its SHA-256 differs from the manifest's`, {
      hints: ["remove the folder of this source, and give the same command again: it is recorded anew"],
    });
  }
}

/** Reads symbols of a recording under the name that they have there. @throws InputError; the signal's reason */
async function symbolsOf(
  folder: string,
  { name }: RecordedFile,
  bits: number,
  signal: AbortSignal,
): Promise<SymbolFile> {
  const data = await readSymbols(join(folder, name), { format: "bytes", bitsPerSymbol: bits }, signal);
  requireWidth(data, bits);
  return { ...data, name };
}

function given({ name }: SymbolFile): Parameters<typeof runAssessment>[1] {
  return { path: name, isRegular: true, format: "bytes" };
}

/** Plays all faults over the recording. Few samples are a reason in the report, not an error. */
async function drillRecording(
  source: Source,
  recording: string,
  { name, sha256 }: RecordedFile,
  host: Host,
  { signal, threads, onProgress }: Examining,
): Promise<RecordingDrill> {
  using pool = new TestThreads(threads, signal);
  const report = await runDrill(
    [{ source, info: source.info, isNamed: true }],
    {
      faults: parseFaults("", "--fault"),
      durationMs: 0, // nothing is sampled
      from: recording,
      signal,
      assess: async (symbols, bitsPerSymbol) =>
        (await pool.run({ kind: "assess", symbols: shared(symbols), bitsPerSymbol })).minEntropy,
      turn: async () => {
        await setImmediate();
        signal.throwIfAborted();
      },
      onProgress: ({ doing }) => onProgress(`drill: ${doing}`),
    },
    host,
  );
  // The folder's place is nothing that the package should remember.
  return { ...report, from: `${source.info.id}.json`, input: { name, sha256 } };
}
