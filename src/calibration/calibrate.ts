/** Measures sources on this machine and keeps the result in its profile. */
import { EntropyError, InputError } from "../errors.ts";
import type { Host } from "../platform/host.ts";
import { identifyMachine } from "../platform/machine.ts";
import { ROUNDS, type Shared, sampleInTurns, sharedBetweenFamilies } from "../recording/between-families.ts";
import { type Surveyed, type SurveyOptions, type SurveyProgress, survey } from "../recording/survey.ts";
import { claimAt, counterStepNs, type Source, type SourceInfo } from "../source.ts";
import { VERSION } from "../version.ts";
import { calibratedClaims } from "./claims.ts";
import type { Calibration, Profile } from "./profile.ts";
import { findProfile, profilePath, writeProfile } from "./profile-file.ts";

/** SP 800-90B §3.1.1 assesses 1,000,000 samples, in parts of 1,000 or more. */
export const MAX_SYMBOLS = 1_000_000;
export const MIN_SYMBOLS = 1_000;

export interface CalibrationRun {
  /** Path of the profile. */
  readonly path: string;
  readonly profile: Profile;
  /** Why the profile that was there before could not be kept and is gone; absent where it was, or there was none. */
  readonly replaced?: string;
  /** One entry per selected source, in their order. */
  readonly results: readonly CalibrationResult[];
}

export type CalibrationResult = {
  readonly info: SourceInfo;
  /** Claim of the source's file at this counter's step, bits per symbol. */
  readonly claimedH: number;
} & (
  | {
      readonly kind: "calibrated";
      readonly calibration: Calibration;
      /** Claim that the profile leaves, bits per symbol. */
      readonly creditedH: number;
    }
  /** Unavailable, failed or too slow: the source's claim stays as it is. */
  | { readonly kind: "left out"; readonly reason: string }
);

export interface CalibrateOptions extends Omit<SurveyOptions, "leastSymbols" | "onProgress"> {
  readonly onProgress?: (progress: CalibrateProgress) => void;
}

export type CalibrateProgress =
  | SurveyProgress
  /** Sampling in turns, round by round, and comparing families. */
  | { readonly phase: "turns"; readonly round: number; readonly of: number }
  | { readonly phase: "comparing" };

/**
 * Samples and assesses the sources, compares those of different families, and writes the profile. Earlier calibrations of other sources stay, as long as they are
 * of the same machine and version.
 * @throws InputError where no profile can be kept · EntropyError if no source could be measured · as `survey`
 */
export async function calibrateSources(
  selected: readonly Source[],
  options: CalibrateOptions,
  { host, stateFolder }: { readonly host: Host; readonly stateFolder?: string | undefined },
): Promise<CalibrationRun> {
  if (stateFolder === undefined) {
    throw new InputError("there is no folder for the profile: no home is known", {
      hints: [host.os === "darwin" ? "set HOME" : "set HOME or XDG_STATE_HOME, to an absolute path"],
    });
  }
  const surveyed = await survey(selected, host, { ...options, leastSymbols: MIN_SYMBOLS });
  const rates = surveyed.map(({ rateHz }, i) => ({ source: selected[i]!, rateHz }));
  const shared = await compared(rates, host, options);
  const earlier = findProfile(stateFolder, host);
  const known = earlier.kind === "read" ? earlier.profile.sources : new Map<string, Calibration>();
  const measured = surveyed.map((each) => ({
    info: each.info,
    outcome: calibrationOf(each, shared.get(each.info.id) ?? sharedOf(known.get(each.info.id))),
  }));
  const fresh = measured.flatMap(({ info, outcome }): [string, Calibration][] =>
    typeof outcome === "string" ? [] : [[info.id, outcome]],
  );
  if (fresh.length === 0) {
    const hints = measured.map(({ info, outcome }) => `${info.id}: ${outcome}`);
    throw new EntropyError("source", "no source could be measured", { hints });
  }
  const profile: Profile = {
    tool: VERSION,
    machine: identifyMachine(host),
    clock: clockOf(host),
    sources: new Map([...known, ...fresh]),
  };
  writeProfile(stateFolder, profile);

  const stepNs = counterStepNs(host);
  const results = measured.map(({ info, outcome }): CalibrationResult => {
    const claimedH = claimAt(info, stepNs);
    if (typeof outcome === "string") return { info, claimedH, kind: "left out", reason: outcome };
    const creditedH = claimAt(calibratedClaims([info], profile)[0]!, stepNs);
    return { info, claimedH, kind: "calibrated", calibration: outcome, creditedH };
  });
  const replaced = "reason" in earlier ? { replaced: earlier.reason } : {};
  return { path: profilePath(stateFolder), profile, ...replaced, results };
}

/** Sources of one family alone cannot be compared, and take no time. */
async function compared(
  sources: readonly { readonly source: Source; readonly rateHz: number }[],
  host: Host,
  { signal, onProgress = () => {} }: CalibrateOptions,
): Promise<ReadonlyMap<string, Shared>> {
  if (new Set(sources.map(({ source }) => source.info.family)).size < 2) return new Map();
  const onRound = (round: number) => onProgress({ phase: "turns", round, of: ROUNDS });
  const inTurns = await sampleInTurns(sources, host, signal, onRound);
  onProgress({ phase: "comparing" });
  return sharedBetweenFamilies(inTurns, signal);
}

/** Returns the findings of an earlier calibration: a source that is calibrated alone must not lose them. */
function sharedOf(earlier: Calibration | undefined): Shared | undefined {
  const { sharedH, sharedWith, sharedBound } = earlier ?? {};
  if (sharedH === undefined || sharedBound === undefined) return undefined;
  return { sharedH, ...(sharedWith !== undefined && { sharedWith }), sharedBound };
}

/** The calibration, or why there is none. A source that failed on the way is left out, however much it delivered before. */
function calibrationOf(
  { info, symbols, rateHz, assessment, shortfall }: Surveyed,
  shared: Shared | undefined,
): Calibration | string {
  if (shortfall?.kind === "failed") return shortfall.reason;
  if (!assessment) {
    return `${symbols.length} samples in the time given; ${MIN_SYMBOLS} are the least to assess`;
  }
  return {
    assessedH: assessment.minEntropy,
    symbolBits: info.symbolBits,
    symbols: symbols.length,
    rateHz,
    ...shared,
    calibratedAt: new Date().toISOString(),
  };
}

function clockOf({ native }: Host): Profile["clock"] {
  if (!native.ok) return { name: "none", periodNs: 0 };
  const { name, periodNs } = native.library.clock;
  return { name, periodNs };
}
