/** The claims that sources are credited by, where something is known besides what their files state. */
import type { SourceInfo } from "../source.ts";
import type { Profile } from "./profile.ts";

/** The same factor as between what was assessed for a source's file and what that file claims. */
export const CREDITED_SHARE = 0.5;

/**
 * Less counts as nothing. At H = 0.001 the start-up test already takes some 20,000 symbols (health/monitor.ts), and whoever
 * earns less is not worth the wait.
 */
export const LEAST_CLAIM = 0.001;

/**
 * Each claim, lowered to half of what was assessed on this machine: min(claim, ½ H). Sources that were not calibrated
 * keep theirs.
 */
export function calibratedClaims(infos: readonly SourceInfo[], profile: Profile): SourceInfo[] {
  return infos.map((info) => {
    const calibration = profile.sources.get(info.id);
    if (calibration?.symbolBits !== info.symbolBits) return info;
    const most = calibration.assessedH * CREDITED_SHARE;
    const lowered = (claim: number) => {
      const least = Math.min(claim, most);
      return least < LEAST_CLAIM ? 0 : least;
    };
    const { claim, coarseClaim = claim } = info;
    return { ...info, claim: lowered(claim), coarseClaim: lowered(coarseClaim) };
  });
}

/** The claims that somebody takes it upon themselves to state, by source id, bits per symbol. */
export function statedClaims(
  infos: readonly SourceInfo[],
  stated: ReadonlyMap<string, number>,
): SourceInfo[] {
  return infos.map((info) => {
    const claim = stated.get(info.id);
    return claim === undefined ? info : { ...info, claim, coarseClaim: claim };
  });
}
