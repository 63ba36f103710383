/** The noise sources that this version knows, and whether this machine can run them. */
import type { Availability, SourceInfo } from "../../source.ts";
import { sources as all } from "../../sources/index.ts";
import { face } from "./face.ts";

export interface NoiseSource {
  readonly info: SourceInfo;
  /** Tells if this machine can run it, or why not. Samples nothing. */
  availability(): Promise<Availability>;
}

/** All sources, available or not, in the order of their ids. `EntropyPool.auto` takes `info.id` and `info.family`. */
export const sources: readonly NoiseSource[] = all.map(({ info }) => ({
  info,
  async availability() {
    const found = (await known()).get(info.id);
    return found ?? { ok: false, reason: "unknown to the program" };
  },
}));

/** All sources are checked together; calls within this time share the answer. */
const GOOD_FOR_MS = 1_000;

let last:
  | { readonly askedMs: number; readonly answer: Promise<ReadonlyMap<string, Availability>> }
  | undefined;

function known(): Promise<ReadonlyMap<string, Availability>> {
  const nowMs = performance.now();
  if (last === undefined || nowMs - last.askedMs > GOOD_FOR_MS) {
    last = { askedMs: nowMs, answer: face().then(({ availabilities }) => availabilities()) };
  }
  return last.answer;
}
