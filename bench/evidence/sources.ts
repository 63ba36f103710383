/** The sources that evidence is wanted for, and how much of each. */
import type { Host } from "../../src/platform/index.ts";
import { claimAt, counterStepNs, type Source } from "../../src/source.ts";
import { sources } from "../../src/sources/index.ts";

/** Those that claim something and can be had here without network, microphone or camera. */
export async function evident(host: Host): Promise<Source[]> {
  const chosen: Source[] = [];
  for (const source of sources) {
    const { info } = source;
    const leavesTheMachine = info.effects.some((effect) => /network|microphone|camera/.test(effect));
    if (leavesTheMachine || claimAt(info, counterStepNs(host)) === 0) continue;
    if ((await source.availability(host)).ok) chosen.push(source);
  }
  return chosen;
}

/** As many samples as come in so many seconds by the source's own figure, and `most` at most. */
export function within(rateHz: number, seconds: number, most: number): number {
  return Math.min(most, Math.ceil(rateHz * seconds));
}
