/** The work of a part that is done at a time, in any thread: the state and the bytes are in shared memory. */
import type { Family, Observation, Part } from "../family.ts";
import type { Filled } from "./ring.ts";

export type PartTask =
  | { readonly kind: "feed"; readonly part: number; readonly segments: readonly Filled[] }
  /** Judges all bytes so far, `bytes` of them. */
  | { readonly kind: "conclude"; readonly part: number; readonly bytes: number };

/** All that a thread needs besides code. */
export interface SharedWork {
  /** Native work ends once this holds anything but 0. */
  readonly stop: Int32Array;
  /** A state for each part, in the order of `partsOf`. */
  readonly states: readonly Uint8Array[];
  readonly segments: readonly Uint8Array[];
}

export interface FamilyPart {
  readonly family: Family;
  readonly part: Part;
}

/** Lists the parts of all families. */
export function partsOf(families: readonly Family[], loops: Parameters<Family["parts"]>[0]): FamilyPart[] {
  return families.flatMap((family) => family.parts(loops).map((part) => ({ family, part })));
}

/** Does a task; of `feed` the result is empty. @throws errors of the part */
export function workOn(
  parts: readonly FamilyPart[],
  { states, segments }: SharedWork,
  task: PartTask,
): readonly Observation[] {
  const { part } = parts[task.part]!;
  const state = states[task.part]!;
  if (task.kind === "conclude") return part.conclude(state, task.bytes).map(plain);
  for (const { slot, length, offset } of task.segments) {
    part.feed(state, segments[slot]!.subarray(0, length), offset);
  }
  return [];
}

/** Copies the members of an observation alone: what else a family may have put into it might not survive the way between threads. */
function plain({ test, lane, n, statistic, p, among, suspicion, look }: Observation): Observation {
  return { test, lane, n, statistic, p, among, suspicion, ...(look !== undefined && { look }) };
}
