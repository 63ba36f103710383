/**
 * Claims that sources are credited by: the file's claim, lowered by this machine's profile, or replaced by the user's word.
 */
import { InputError, UsageError } from "../errors.ts";
import type { Host } from "../platform/host.ts";
import { CREDITED_SHARE, type Source, type SourceInfo } from "../source.ts";
import { sourceNamed } from "../sources/selection.ts";
import type { Profile } from "./profile.ts";
import { findProfile, profilePath } from "./profile-file.ts";

/**
 * Lowest claim that counts, bits per symbol; less counts as 0. At H = 0.001 the start-up test already takes some 20,000
 * symbols (health/monitor.ts), and a source that earns less is not worth the wait.
 */
export const LEAST_CLAIM = 0.001;

export interface ClaimOptions {
  /** The user's own claims, bits per symbol, by source id. */
  readonly credit: ReadonlyMap<string, number>;
  /** Ignore this machine's profile. */
  readonly uncalibrated: boolean;
  /** Credit nothing but what this machine's profile has assessed, or the user claims. */
  readonly requireCalibration?: boolean | undefined;
}

export interface ClaimDeps {
  /** All sources. */
  readonly sources: readonly Source[];
  readonly host: Host;
  /** Folder of this machine's profile; undefined where there is no home. */
  readonly stateFolder?: string | undefined;
  /** Warns the user. */
  warn(text: string): void;
}

/** Tells where the claims of a run come from. Plain data: part of every status of a pool. */
export interface CalibrationStatus {
  /**
   * none: this machine has no profile · used: there is one · ignored: because of `--uncalibrated` · refused: the one there is
   * was made on another machine, or by another version of the program
   */
  readonly state: "none" | "used" | "ignored" | "refused";
  /** Why it was refused. */
  readonly reason?: string;
  /** Sources that are credited by what was assessed on other machines. */
  readonly assessedElsewhere: readonly string[];
}

export interface Claims {
  /** The selected sources, with the claims they are credited by. */
  readonly infos: readonly SourceInfo[];
  readonly calibration: CalibrationStatus;
}

/**
 * Finds the claims of the selected sources. Warns where they rest on other machines, and for each that rests on the user's
 * word.
 * @throws UsageError for a credit of a source that is unknown or not selected, or that its symbols cannot hold
 * @throws InputError for a profile that is damaged or that others may write to; without one that is required
 */
export function claimsOf(selected: readonly Source[], options: ClaimOptions, deps: ClaimDeps): Claims {
  const { credit, uncalibrated, requireCalibration = false } = options;
  if (uncalibrated && requireCalibration) {
    throw new UsageError("--require-calibration and --uncalibrated contradict each other");
  }
  const infos = selected.map((source) => source.info);
  for (const [id, h] of credit) checkCredit(sourceNamed(deps.sources, id).info, h, infos);
  for (const [id, h] of credit) {
    const info = infos.find((candidate) => candidate.id === id);
    const otherwise =
      info?.family === "external" ? "nothing is known of it here" : `its file claims ${info?.claim}`;
    deps.warn(
      `${id} is credited up to ${h} bits per ${info?.symbolBits}-bit symbol on your word; ${otherwise}`,
    );
  }
  const { profile, ...found } = uncalibrated ? { state: "ignored" as const } : profileFor(deps);
  const isStrange = (info: SourceInfo) =>
    info.claim > 0 && !credit.has(info.id) && !isCalibrated(info, profile);
  const strange = infos.filter(isStrange).map(({ id }) => id);
  const calibration = { ...found, assessedElsewhere: requireCalibration ? [] : strange };

  if (requireCalibration) requireSome(infos, strange, profile, found);
  if (strange.length > 0 && !uncalibrated) deps.warn(strangeText(calibration, strange, requireCalibration));

  const claimed = profile === undefined ? infos : calibratedClaims(infos, profile);
  const nothing = requireCalibration ? strange.map((id) => [id, 0] as const) : [];
  return { infos: statedClaims(claimed, new Map([...nothing, ...credit])), calibration };
}

function checkCredit(info: SourceInfo, h: number, selected: readonly SourceInfo[]): void {
  const { id, symbolBits, notNoise } = info;
  if (!selected.includes(info)) {
    throw new UsageError(`--credit: ${id} is not among the selected sources`, [`--sources default,${id}`]);
  }
  if (notNoise !== undefined)
    throw new UsageError(`--credit: ${id} cannot be credited: ${NOT_NOISE[notNoise]}`);
  if (h > symbolBits) {
    throw new UsageError(`--credit: ${id} has symbols of ${symbolBits} bits, which cannot hold ${h}`);
  }
  if (h !== 0 && !(h >= LEAST_CLAIM)) throw new UsageError(`--credit: ${id}: 0, or at least ${LEAST_CLAIM}`);
}

const NOT_NOISE = {
  replay: "it is a plain file, which gives the same bytes to every program, and again at each start",
  generator: "it is the kernel's generator, which computes its bytes and is mixed into all output as it is",
} as const;

const CALIBRATE = "'esoteric-entropy calibrate' makes one";

/** @throws InputError for a profile that is there and cannot be used: without it, claims would rise */
function profileFor({
  stateFolder,
  host,
}: ClaimDeps): Pick<CalibrationStatus, "state" | "reason"> & { readonly profile?: Profile } {
  const found = findProfile(stateFolder, host);
  switch (found.kind) {
    case "absent":
      return { state: "none" };
    case "read":
      return { state: "used", profile: found.profile };
    case "mismatched":
      return { state: "refused", reason: found.reason };
    case "unusable":
      throw new InputError(`${profilePath(stateFolder!)} cannot be used: ${found.reason}`, {
        hints: [
          "'esoteric-entropy calibrate' replaces it",
          "--uncalibrated goes on without it, by what was assessed on other machines",
        ],
      });
  }
}

function isCalibrated({ id, symbolBits }: SourceInfo, profile: Profile | undefined): boolean {
  return profile?.sources.get(id)?.symbolBits === symbolBits;
}

/** @throws InputError without a profile, or where it has assessed none of the sources */
function requireSome(
  infos: readonly SourceInfo[],
  strange: readonly string[],
  profile: Profile | undefined,
  { state, reason }: Pick<CalibrationStatus, "state" | "reason">,
): void {
  if (strange.length === 0) return;
  if (profile === undefined) {
    const why = state === "refused" ? `the one there is is refused: ${reason}` : "there is none";
    throw new InputError(`--require-calibration: no profile of this machine: ${why}`, { hints: [CALIBRATE] });
  }
  if (infos.every(({ id, claim }) => claim === 0 || strange.includes(id))) {
    throw new InputError("--require-calibration: the profile has assessed none of the selected sources", {
      hints: [calibrationOf(strange)],
    });
  }
}

/** Names the command that adds sources to the profile; many sources by their number, so that it stays one line of a terminal or two. */
function calibrationOf(strange: readonly string[]): string {
  return strange.length <= NAMED_SOURCES
    ? `'esoteric-entropy calibrate --sources ${strange.join(",")}' adds them`
    : `'esoteric-entropy calibrate', with the same --sources, adds all ${strange.length}`;
}

const NAMED_SOURCES = 4;

/** Says in one line which claims come from other machines. */
function strangeText(
  { state, reason }: CalibrationStatus,
  strange: readonly string[],
  requireCalibration: boolean,
): string {
  if (state === "used") {
    const what = requireCalibration ? "credited nothing" : "credited by claims from other machines";
    return `sources that are not in this machine's profile are ${what}; ${calibrationOf(strange)}`;
  }
  const why = state === "refused" ? `the profile is refused: ${reason}` : "this one has no profile";
  return `sources are credited by claims from other machines: ${why}; ${CALIBRATE}`;
}

/**
 * Lowers each claim to half of the entropy assessed on this machine, less what a source of another family knows of it:
 * min(claim, ½ (H − shared)). Sources without a calibration keep theirs; where nothing was compared, nothing is taken off.
 */
export function calibratedClaims(infos: readonly SourceInfo[], profile: Profile): SourceInfo[] {
  return infos.map((info) => {
    const calibration = profile.sources.get(info.id);
    if (calibration?.symbolBits !== info.symbolBits) return info;
    const most = (calibration.assessedH - (calibration.sharedH ?? 0)) * CREDITED_SHARE;
    const lowered = (claim: number) => {
      const least = Math.min(claim, most);
      return least >= LEAST_CLAIM ? least : 0;
    };
    const { claim, coarseClaim = claim } = info;
    return {
      ...info,
      claim: lowered(claim),
      coarseClaim: lowered(coarseClaim),
      calibratedH: calibration.assessedH,
    };
  });
}

/** Replaces claims by the user's own, by source id, bits per symbol, for fine and coarse counters. */
export function statedClaims(
  infos: readonly SourceInfo[],
  stated: ReadonlyMap<string, number>,
): SourceInfo[] {
  return infos.map((info) => {
    const claim = stated.get(info.id);
    return claim === undefined ? info : { ...info, claim, coarseClaim: claim };
  });
}
