/**
 * Claims that sources are credited by: the file's claim, lowered by this machine's profile, or replaced by the user's word.
 */
import { UsageError } from "../errors.ts";
import type { Host } from "../platform/host.ts";
import type { Source, SourceInfo } from "../source.ts";
import { sourceNamed } from "../sources/selection.ts";
import type { Profile } from "./profile.ts";
import { findProfile, profilePath } from "./profile-file.ts";

/** Share of the assessed entropy that is credited at most: the files' claims keep the same distance to their assessments. */
export const CREDITED_SHARE = 0.5;

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

/**
 * The selected sources with the claims they are credited by. Warns where a profile is ignored and for each claim that rests
 * on the user's word.
 * @throws UsageError for a credit of a source that is unknown or not selected, or that its symbols cannot hold
 */
export function creditedInfos(
  selected: readonly Source[],
  options: ClaimOptions,
  deps: ClaimDeps,
): SourceInfo[] {
  const infos = selected.map((source) => source.info);
  for (const [id, h] of options.credit) checkCredit(sourceNamed(deps.sources, id).info, h, infos);
  const claimed = options.uncalibrated ? infos : profiledInfos(infos, deps);
  for (const [id, h] of options.credit) {
    const info = infos.find((candidate) => candidate.id === id);
    deps.warn(
      `${id} is credited up to ${h} bits per ${info?.symbolBits}-bit symbol on your word; its file claims ${info?.claim}`,
    );
  }
  return statedClaims(claimed, options.credit);
}

function checkCredit(info: SourceInfo, h: number, selected: readonly SourceInfo[]): void {
  const { id, symbolBits } = info;
  if (!selected.includes(info)) {
    throw new UsageError(`--credit: ${id} is not among the selected sources`, [`--sources default,${id}`]);
  }
  if (h > symbolBits) {
    throw new UsageError(`--credit: ${id} has symbols of ${symbolBits} bits, which cannot hold ${h}`);
  }
  if (h !== 0 && !(h >= LEAST_CLAIM)) throw new UsageError(`--credit: ${id}: 0, or at least ${LEAST_CLAIM}`);
}

function profiledInfos(
  infos: readonly SourceInfo[],
  { stateFolder, host, warn }: ClaimDeps,
): readonly SourceInfo[] {
  const found = findProfile(stateFolder, host);
  if (found.kind === "refused" && stateFolder !== undefined) {
    const path = profilePath(stateFolder);
    warn(`${path} is ignored: ${found.reason}; 'esoteric-entropy calibrate' makes a new one`);
  }
  return found.kind === "read" ? calibratedClaims(infos, found.profile) : infos;
}

/** Lowers each claim to half of the entropy assessed on this machine: min(claim, ½ H). Sources without a calibration keep theirs. */
export function calibratedClaims(infos: readonly SourceInfo[], profile: Profile): SourceInfo[] {
  return infos.map((info) => {
    const calibration = profile.sources.get(info.id);
    if (calibration?.symbolBits !== info.symbolBits) return info;
    const most = calibration.assessedH * CREDITED_SHARE;
    const lowered = (claim: number) => {
      const least = Math.min(claim, most);
      return least >= LEAST_CLAIM ? least : 0;
    };
    const { claim, coarseClaim = claim } = info;
    return { ...info, claim: lowered(claim), coarseClaim: lowered(coarseClaim) };
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
