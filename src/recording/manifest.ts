/** What is written down about a recording besides the numbers: enough to repeat it and to doubt it. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describeMachine, type MachineDescription, machineDifferences } from "../calibration/machine.ts";
import { SourceError } from "../errors.ts";
import type { Host } from "../platform/host.ts";
import { claimAt, type Effect, type Family, type Source, type SourceInfo } from "../source.ts";

/** What is recorded, by what and on what. The parts of one recording have all of it in common. */
export interface RecordingPlan {
  readonly schema: 1;
  readonly source: RecordedSource;
  /** What the user said about where to measure; absent: the system's own. */
  readonly settings: {
    readonly resolver?: string;
    readonly connectTo?: string;
    readonly scratchFolder?: string;
  };
  /** Consecutive samples of the long run. */
  readonly samples: number;
  /** SP 800-90B §3.1.4: so many starts, and samples of each; null: none. */
  readonly restarts: RestartPlan | null;
  readonly tool: { readonly name: "esoteric-entropy"; readonly version: string };
  readonly library: { readonly abiVersion: number; readonly sha256: string } | null;
  /** The counter that samples in ticks were measured with. */
  readonly clock: { readonly name: string; readonly step: number; readonly periodNs: number } | null;
  readonly machine: MachineDescription;
}

export interface RestartPlan {
  readonly rows: number;
  readonly cols: number;
  /** What was done to restart the source. */
  readonly method: string;
}

export interface RecordedSource {
  readonly id: string;
  readonly title: string;
  readonly family: Family;
  readonly unit: SourceInfo["unit"];
  readonly symbolBits: number;
  /** H_submitter at this counter's step, bits per symbol. */
  readonly claimedH: number;
  readonly effects: readonly Effect[];
}

/**
 * Samples that were taken one after the other, without closing the source. A recording that was interrupted has several;
 * §3.1.1 allows this if each has at least 1,000.
 */
export interface Run {
  readonly firstSample: number;
  readonly samples: number;
  /** Warm-up samples dropped before the first. */
  readonly discarded: number;
  /** ISO 8601, like all times here. */
  readonly startedAt: string;
  readonly endedAt: string;
  /** Time spent sampling, seconds. */
  readonly samplingSeconds: number;
  /** The machine's load average over one minute, when it began and when it ended. */
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
  /** Of all runs' sampling time. */
  readonly rateHz: number;
  readonly discarded: number;
  readonly runs: readonly Run[];
  readonly files: {
    readonly samples: RecordedFile;
    readonly symbols: RecordedFile;
    readonly restarts: RecordedFile | null;
  };
}

/** How the rows of a restart matrix are obtained. A power cycle would be stricter: it is for the user to do. */
export const RESTART_METHOD =
  "each row comes from a new process of the same program (probe <source> --samples <cols> --raw), which loads " +
  "the library, opens the source anew, drops its warm-up samples and ends; the machine was not switched off";

/** @throws SourceError where the library cannot be read; the signal's reason */
export async function planRecording(
  source: Source,
  host: Host,
  asked: { readonly samples: number; readonly restarts: { rows: number; cols: number } | undefined },
  version: string,
  signal: AbortSignal,
): Promise<RecordingPlan> {
  const { info } = source;
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
      claimedH: claimAt(info, library?.clock.periodNs ?? 0),
      effects,
    },
    settings: {
      ...(resolver !== undefined && { resolver }),
      ...(connectTo !== undefined && { connectTo }),
      ...(scratchFolder !== undefined && { scratchFolder }),
    },
    samples: asked.samples,
    restarts: asked.restarts ? { ...asked.restarts, method: RESTART_METHOD } : null,
    tool: { name: "esoteric-entropy", version },
    library: library ? { abiVersion: library.abiVersion, sha256: sha256Of(library.path, info.id) } : null,
    clock: library
      ? { name: library.clock.name, step: library.clock.step, periodNs: library.clock.periodNs }
      : null,
    machine: await describeMachine(host, signal),
  };
}

/** Where the system does not state a counter's period it is measured, each time a little differently. */
const PERIOD_TOLERANCE = 0.01;

/** Why `now` cannot continue what `then` began, one reason each; empty where it can. */
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
    throw new SourceError(sourceId, `the native library cannot be read: ${error.message}`, { cause: error });
  }
}
