/** Runs the drill over several sources, one after the other, so that each is sampled with the machine to itself. */
import { loadavg } from "node:os";
import type { Host } from "../platform/host.ts";
import { describeMachine, type MachineDescription } from "../platform/machine.ts";
import type { RecordingFile } from "../recording/manifest-file.ts";
import type { Source, SourceInfo } from "../source.ts";
import { VERSION } from "../version.ts";
import { playAnswer } from "./answers.ts";
import { type DrillOptions, drillSource, type SourceResult } from "./drill.ts";
import type { FaultList } from "./faults.ts";
import { findRecordings, type Noise, readNoise, sampleNoise, type Without } from "./noise.ts";

/** Plain data, written to JSON unchanged. */
export interface DrillReport {
  readonly schema: 1;
  /** Version of the program. */
  readonly version: string;
  /** True if no fault earned more than it may, over any source. */
  readonly holds: boolean;
  /** Where the noise is from: this machine, or the folder of recordings. */
  readonly from: string | null;
  readonly conditions: Conditions | null;
  readonly sources: readonly SourceResult[];
  /** Sources that claim nothing: no fault of theirs can earn anything. */
  readonly notCredited: readonly Without[];
  /** Sources that this machine has not. */
  readonly absent: readonly Without[];
  /** Sources that were to be drilled and could not be. */
  readonly failed: readonly Without[];
}

/** Properties that the noise may depend on. */
export interface Conditions {
  readonly machine: MachineDescription;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Load average over one minute, the lowest and the highest. */
  readonly load: readonly [number, number];
}

/** A source to drill, with the claim it is credited by. */
export interface Candidate {
  readonly source: Source;
  readonly info: SourceInfo;
  /** True if the user asked for this very source: it must not be left out for being absent. */
  readonly isNamed: boolean;
}

export interface RunOptions extends Omit<DrillOptions, "onFault"> {
  readonly faults: FaultList;
  /** Most sampling time of each source. */
  readonly durationMs: number;
  /** Folder of recordings, or one manifest; undefined: sample this machine. */
  readonly from: string | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (now: {
    readonly id: string;
    readonly index: number;
    readonly of: number;
    readonly doing: string;
  }) => void;
}

/** @throws InputError for recordings that cannot be used; the signal's reason */
export async function runDrill(
  candidates: readonly Candidate[],
  options: RunOptions,
  host: Host,
): Promise<DrillReport> {
  const { from, signal, faults } = options;
  const recordings =
    from === undefined
      ? undefined
      : findRecordings(
          from,
          candidates.map(({ source }) => source),
        );
  const startedAt = new Date().toISOString();
  const loads = [loadavg()[0] ?? 0];
  const sources: SourceResult[] = [];
  const without: Record<Exclude<Noise["kind"], "noise">, Without[]> = {
    "not-credited": [],
    absent: [],
    failed: [],
  };
  for (const [index, candidate] of candidates.entries()) {
    const { id } = candidate.info;
    const say = (doing: string) => options.onProgress({ id, index, of: candidates.length, doing });
    say(recordings ? "reading" : "sampling");
    const noise = await noiseOf(candidate, recordings, options, host);
    loads.push(loadavg()[0] ?? 0);
    if (noise === undefined) continue;
    if (noise.kind !== "noise") {
      const kind = noise.kind === "absent" && candidate.isNamed ? "failed" : noise.kind;
      without[kind].push(noise.without);
      continue;
    }
    const result = await drillSource(noise.cast, faults.symbols, { ...options, onFault: say });
    const answers = [];
    const notPlayed = [...result.notPlayed];
    for (const fault of faults.answers) {
      say(fault);
      await options.turn();
      const answer = await playAnswer(fault, noise.cast, host);
      if (answer) answers.push(answer);
      else notPlayed.push({ fault, reason: "nothing was credited before the noise ended" });
    }
    sources.push({ ...result, faults: [...result.faults, ...answers], notPlayed });
  }
  const here = async () => ({
    machine: await describeMachine(host, signal),
    startedAt,
    load: [Math.min(...loads), Math.max(...loads)] as const,
  });
  return {
    schema: 1,
    version: VERSION,
    holds: sources.every((source) => source.faults.every(({ holds }) => holds)),
    from: from ?? null,
    conditions: recordings ? conditionsOf(recordings) : await here(),
    sources,
    notCredited: without["not-credited"],
    absent: without.absent,
    failed: without.failed,
  };
}

/** @returns undefined for a source that was not named and has no recording */
async function noiseOf(
  { source, info, isNamed }: Candidate,
  recordings: readonly RecordingFile[] | undefined,
  { faults, durationMs, from, signal }: RunOptions,
  host: Host,
): Promise<Noise | undefined> {
  if (!recordings) return await sampleNoise(source, info, faults.symbols, durationMs, host, signal);
  const recording = recordings.find(({ manifest }) => manifest.source.id === info.id);
  if (recording) return await readNoise(recording, info, faults.symbols, signal);
  if (!isNamed) return undefined;
  return { kind: "failed", without: { id: info.id, reason: `is not among the recordings in ${from}` } };
}

/** The machine of the first recording: recordings in one folder are of one machine. */
function conditionsOf(recordings: readonly RecordingFile[]): Conditions | null {
  const [first] = recordings;
  if (!first) return null;
  const loads = recordings.map(({ manifest }) =>
    Math.max(...manifest.runs.flatMap(({ loadAverage }) => loadAverage)),
  );
  return {
    machine: first.manifest.machine,
    startedAt: first.manifest.startedAt,
    load: [Math.min(...loads), Math.max(...loads)],
  };
}
