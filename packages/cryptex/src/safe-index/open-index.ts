/** The door to safe indexes: builds one in a thread of its own. */
import { inThread } from "#kit/thread.ts";
import { WORK_THREAD } from "../work-thread-url.ts";
import type { BuiltIndex } from "./build-index.ts";
import type { IndexOrder } from "./index-thread.ts";

/** @throws the signal's reason; Error as `buildIndex` */
export function openIndex(order: IndexOrder, signal: AbortSignal): Promise<BuiltIndex> {
  return inThread(WORK_THREAD, order, {
    signal,
    work: "index",
    failure: "the index could not be built",
    lastMs: ENDING_MS,
  });
}

/** Time to end the target's program. */
const ENDING_MS = 100;
