/** Describes a recording: all that is needed to repeat it, and to judge whether to trust it. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readRefusal, SourceError, UsageError } from "../errors.ts";
import type { Host } from "../platform/host.ts";
import { describeMachine, type MachineDescription, machineDifferences } from "../platform/machine.ts";
import { claimAt, counterStepNs, type Effect, type Family, type Source, type SourceInfo } from "../source.ts";
import { VERSION } from "../version.ts";

/** The source, the program and the machine. All runs of one recording share one plan. */
export interface RecordingPlan {
  readonly schema: 1;
  readonly source: RecordedSource;
  /** The user's choice of where to measure; defaults to the system's own. */
  readonly settings: {
    readonly resolver?: string;
    readonly connectTo?: string;
    readonly scratchFolder?: string;
  };
  /** Consecutive samples of the long run. */
  readonly samples: number;
  /** Restart data of SP 800-90B §3.1.4; null where there are none. */
  readonly restarts: RestartPlan | null;
  readonly tool: { readonly name: "esoteric-entropy"; readonly version: string };
  readonly library: { readonly abiVersion: number; readonly sha256: string } | null;
  /** The counter that samples in ticks were measured with. */
  readonly clock: { readonly name: string; readonly step: number; readonly periodNs: number } | null;
  readonly machine: MachineDescription;
}

export interface RestartPlan {
  /** Starts. */
  readonly rows: number;
  /** Samples of each start. */
  readonly cols: number;
  /** How each row is obtained, in words. */
  readonly method: string;
}

export interface RecordedSource {
  readonly id: string;
  readonly title: string;
  readonly family: Family;
  readonly unit: SourceInfo["unit"];
  readonly symbolBits: number;
  /** H_submitter (SP 800-90B §3.1.3) at this counter's step, bits per symbol. */
  readonly claimedH: number;
  readonly effects: readonly Effect[];
}

/**
 * Consecutive samples, taken without closing the source. An interrupted recording has several runs, which SP 800-90B §3.1.1
 * allows if each has at least 1,000 samples.
 */
export interface Run {
  readonly firstSample: number;
  readonly samples: number;
  /** Warm-up samples dropped before the first sample. */
  readonly discarded: number;
  /** ISO 8601, as all times in a manifest. */
  readonly startedAt: string;
  readonly endedAt: string;
  /** Time spent sampling, seconds. */
  readonly samplingSeconds: number;
  /** The machine's load average over one minute, at the start and at the end. */
  readonly loadAverage: readonly [number, number];
}

export interface RecordedFile {
  readonly name: string;
  readonly format: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface Manifest extends RecordingPlan {
  readonly startedAt: string;
  readonly endedAt: string;
  /** Samples per second of sampling time, all runs together. */
  readonly rateHz: number;
  readonly discarded: number;
  readonly runs: readonly Run[];
  readonly files: {
    readonly samples: RecordedFile;
    readonly symbols: RecordedFile;
    readonly restarts: RecordedFile | null;
  };
}

/** @throws UsageError for a source whose restarts say nothing */
export function requireRestarts({ id, notNoise }: SourceInfo): void {
  if (notNoise !== "replay") return;
  throw new UsageError(`${id}: a plain file begins with the same bytes at each restart`, ["--restarts 0"]);
}

/** @throws UsageError for restarts of what has none; SourceError where the library cannot be read; the signal's reason */
export async function planRecording(
  source: Source,
  host: Host,
  asked: { readonly samples: number; readonly restarts: RestartPlan | undefined },
  signal: AbortSignal,
): Promise<RecordingPlan> {
  const { info } = source;
  if (asked.restarts) requireRestarts(info);
  const library = host.native.ok ? host.native.library : undefined;
  const { id, title, family, unit, symbolBits, effects } = info;
  const { resolver, connectTo, scratchFolder } = host.settings;
  return {
    schema: 1,
    source: {
      id,
      title,
      family,
      unit,
      symbolBits,
      claimedH: claimAt(info, counterStepNs(host)),
      effects,
    },
    settings: {
      ...(resolver !== undefined && { resolver }),
      ...(connectTo !== undefined && { connectTo }),
      ...(scratchFolder !== undefined && { scratchFolder }),
    },
    samples: asked.samples,
    restarts: asked.restarts ?? null,
    tool: { name: "esoteric-entropy", version: VERSION },
    library: library ? { abiVersion: library.abiVersion, sha256: sha256Of(library.path, info.id) } : null,
    clock: library
      ? { name: library.clock.name, step: library.clock.step, periodNs: library.clock.periodNs }
      : null,
    machine: await describeMachine(host, signal),
  };
}

/** Relative. Where the system does not state the counter's period it is measured, with a slightly different result each time. */
const PERIOD_TOLERANCE = 0.01;

/** Lists why a recording planned as `now` cannot continue the one begun as `then`; empty where it can. */
export function planDifferences(then: RecordingPlan, now: RecordingPlan): string[] {
  const differences = machineDifferences(then.machine, now.machine);
  const compare = (what: string, pick: (plan: RecordingPlan) => unknown) => {
    const [a, b] = [JSON.stringify(pick(then)), JSON.stringify(pick(now))];
    if (a !== b) differences.push(`${what} ${a}, now ${b}`);
  };
  compare("source", (plan) => plan.source);
  compare("settings", (plan) => plan.settings);
  compare("samples", (plan) => plan.samples);
  compare("restarts", (plan) => plan.restarts && [plan.restarts.rows, plan.restarts.cols]);
  compare("restart method", (plan) => plan.restarts?.method);
  compare("program", (plan) => plan.tool.version);
  compare("library", (plan) => plan.library?.sha256);
  compare("clock", (plan) => [plan.clock?.name, plan.clock?.step]);
  const [a, b] = [then.clock?.periodNs ?? 0, now.clock?.periodNs ?? 0];
  if (Math.abs(a - b) > PERIOD_TOLERANCE * a) differences.push(`clock period ${a} ns, now ${b} ns`);
  return differences;
}

function sha256Of(path: string, sourceId: string): string {
  try {
    return createHash("sha256").update(readFileSync(path)).digest("hex");
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    throw new SourceError(sourceId, `the native library cannot be read: ${readRefusal(error)}`, {
      cause: error,
    });
  }
}
