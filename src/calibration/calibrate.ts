/** Measures sources on this machine and keeps the result in its profile. */
import { EntropyError, InputError } from "../errors.ts";
import type { Host } from "../platform/host.ts";
import { identifyMachine } from "../platform/machine.ts";
import { type Surveyed, type SurveyOptions, survey } from "../recording/survey.ts";
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

/**
 * Samples and assesses the sources, and writes the profile. Earlier calibrations of other sources stay, as long as they are
 * of the same machine and version.
 * @throws InputError where no profile can be kept · EntropyError if no source could be measured · as `survey`
 */
export async function calibrateSources(
  selected: readonly Source[],
  options: Omit<SurveyOptions, "leastSymbols">,
  { host, stateFolder }: { readonly host: Host; readonly stateFolder?: string | undefined },
): Promise<CalibrationRun> {
  if (stateFolder === undefined) {
    throw new InputError("there is no folder for the profile: no home is known", {
      hints: [host.os === "darwin" ? "set HOME" : "set HOME or XDG_STATE_HOME, to an absolute path"],
    });
  }
  const surveyed = await survey(selected, host, { ...options, leastSymbols: MIN_SYMBOLS });
  const measured = surveyed.map((each) => ({ info: each.info, outcome: calibrationOf(each) }));
  const fresh = measured.flatMap(({ info, outcome }): [string, Calibration][] =>
    typeof outcome === "string" ? [] : [[info.id, outcome]],
  );
  if (fresh.length === 0) {
    const hints = measured.map(({ info, outcome }) => `${info.id}: ${outcome}`);
    throw new EntropyError("source", "no source could be measured", { hints });
  }
  const earlier = findProfile(stateFolder, host);
  const profile: Profile = {
    tool: VERSION,
    machine: identifyMachine(host),
    clock: clockOf(host),
    sources: new Map([...(earlier.kind === "read" ? earlier.profile.sources : []), ...fresh]),
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

/** The calibration, or why there is none. A source that failed on the way is left out, however much it delivered before. */
function calibrationOf({ info, symbols, rateHz, assessment, shortfall }: Surveyed): Calibration | string {
  if (shortfall?.kind === "failed") return shortfall.reason;
  if (!assessment) {
    return `${symbols.length} samples in the time given; ${MIN_SYMBOLS} are the least to assess`;
  }
  return {
    assessedH: assessment.minEntropy,
    symbolBits: info.symbolBits,
    symbols: symbols.length,
    rateHz,
    calibratedAt: new Date().toISOString(),
  };
}

function clockOf({ native }: Host): Profile["clock"] {
  if (!native.ok) return { name: "none", periodNs: 0 };
  const { name, periodNs } = native.library.clock;
  return { name, periodNs };
}
