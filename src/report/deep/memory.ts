/** The memory that the battery for large data takes. */
import { requireRoom } from "#kit/memory.ts";
import { loadLibrary } from "../../../ffi/index.ts";
import { partsOf } from "../../deep/engine/part-work.ts";
import { SEGMENT_BYTES, SEGMENTS } from "../../deep/engine/ring.ts";
import type { Family } from "../../deep/family.ts";
import { testMemory } from "../threads/memory.ts";

/** More would have little to do: of some fifty parts the longest takes a tenth of the time, or more. */
const MOST_THREADS = 16;

/** Returns how many threads there is memory for, at most `most`. @throws InputError where there is not even enough for the states of the tests */
export function threadsFor(families: readonly Family[], most: number, memory = testMemory()): number {
  const { room, threadBytes } = memory;
  const parts = partsOf(families, loadLibrary().deepLoops());
  const states = parts.reduce((sum, { part }) => sum + part.stateBytes, 0);
  const bytes = states + SEGMENTS * SEGMENT_BYTES;
  requireRoom(bytes, "the battery for large data", ["other suites take less (--suite)"], room);
  const fitting = room === undefined ? most : Math.floor((room.bytes - bytes) / threadBytes);
  return Math.min(most, fitting, MOST_THREADS);
}
