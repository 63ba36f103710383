/** The door to proposals: reads code in a thread of its own. */
import { inThread } from "#kit/thread.ts";
import { WORK_THREAD } from "../work-thread-url.ts";
import type { HarvestReport, HarvestRequest } from "./harvest.ts";
import type { HarvestProgress } from "./harvest-thread.ts";

/** @throws the signal's reason */
export function openHarvest(
  request: HarvestRequest,
  signal: AbortSignal,
  progress: (files: number, of: number) => void,
): Promise<HarvestReport> {
  const onProgress = ([files, of]: HarvestProgress) => progress(files, of);
  const failure = "the code could not be read";
  return inThread(WORK_THREAD, request, { signal, onProgress, failure, work: "harvest" });
}
