/** The sources that need evidence, and the number of samples of each. */
import type { Host } from "../../src/platform/index.ts";
import { claimAt, counterStepNs, type Source } from "../../src/source.ts";
import { sources } from "../../src/sources/index.ts";

/** Returns the sources that claim more than 0 and are available here without network, microphone or camera. */
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

/** Returns the number of samples that come in `seconds` at the stated rate, limited to `most`. */
export function within(rateHz: number, seconds: number, most: number): number {
  return Math.min(most, Math.ceil(rateHz * seconds));
}
