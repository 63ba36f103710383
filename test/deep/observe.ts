/** Runs a family of tests over data in memory. */
import { type DeepLoops, UNIT_BYTES } from "../../ffi/deep-loops.ts";
import { loadLibrary } from "../../ffi/index.ts";
import type { Family, Observation } from "../../src/deep/family.ts";

/** Feeds data in pieces of so many units, the last length again and again, and returns what all parts conclude. */
export function observe(
  family: Family,
  data: Uint8Array,
  pieces: readonly number[] = [data.length / UNIT_BYTES],
  loops: DeepLoops = loadLibrary().deepLoops(),
): readonly Observation[] {
  return family.parts(loops).flatMap((part) => {
    const state = new Uint8Array(part.stateBytes);
    part.prepare?.(state);
    for (let at = 0, i = 0; at < data.length; i++) {
      const length = Math.min(pieces[Math.min(i, pieces.length - 1)]! * UNIT_BYTES, data.length - at);
      part.feed(state, data.subarray(at, at + length), at);
      at += length;
    }
    return part.conclude(state, data.length);
  });
}

/** The smallest p, times the number of p-values. */
export function corrected(observations: readonly Observation[]): number {
  const among = observations.reduce((sum, each) => sum + each.among, 0);
  return among * Math.min(...observations.map((each) => each.p));
}

/** The corrected p of the smallest of one test. */
export function correctedOf(observations: readonly Observation[], test: string): number {
  const among = observations.reduce((sum, each) => sum + each.among, 0);
  return among * Math.min(...observations.filter((each) => each.test === test).map(({ p }) => p));
}
