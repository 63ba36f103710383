/** Runs a family of tests over data in memory. */
import { loadLibrary } from "../../ffi/index.ts";
import type { Family, Observation } from "../../src/deep/family.ts";

/** Returns the observations of all parts at the end of the data. @param pieces lengths of the pieces in which they are fed; the last one is repeated */
export function observe(family: Family, data: Uint8Array, pieces = [data.length]): Observation[] {
  return family.parts(loadLibrary().deepLoops()).flatMap((part) => {
    const state = new Uint8Array(part.stateBytes);
    part.prepare?.(state);
    for (let at = 0, i = 0; at < data.length; i++) {
      const length = Math.min(pieces[Math.min(i, pieces.length - 1)]!, data.length - at);
      part.feed(state, data.subarray(at, at + length), at);
      at += length;
    }
    return [...part.conclude(state, data.length)];
  });
}

/** The smallest p of all, times the number of those of which it is the smallest. */
export function corrected(observations: readonly Observation[]): number {
  const among = observations.reduce((sum, each) => sum + each.among, 0);
  return among * Math.min(...observations.map((each) => each.p));
}
