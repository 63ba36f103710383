/** The noise sources that this version knows, and whether this machine can run them. */
import type { Availability, SourceInfo } from "../../source.ts";
import { sources as all } from "../../sources/index.ts";
import { face } from "./face.ts";

export interface NoiseSource {
  readonly info: SourceInfo;
  /** Whether this machine can run it, or why not. Samples nothing. */
  availability(): Promise<Availability>;
}

/** Every source, available or not, by id. Sources for `EntropyPool.auto` are named by `info.id` and `info.family`. */
export const sources: readonly NoiseSource[] = all.map(({ info }) => ({
  info,
  async availability() {
    const found = (await known()).get(info.id);
    return found ?? { ok: false, reason: "the program does not know it" };
  },
}));

/** All sources are looked at together, and the answer is good for everybody who asks within so long. */
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
