/** The door to discovery: reads code in a thread of its own. */
import { inThread } from "#kit/thread.ts";
import { WORK_THREAD } from "../work-thread-url.ts";
import type { DiscoverRequest, Discovery } from "./discover.ts";
import type { DiscoverProgress } from "./discover-thread.ts";

/** @throws the signal's reason */
export function openDiscover(
  request: DiscoverRequest,
  signal: AbortSignal,
  progress: (files: number, of: number) => void,
): Promise<Discovery> {
  const onProgress = ([files, of]: DiscoverProgress) => progress(files, of);
  return inThread(WORK_THREAD, request, {
    signal,
    onProgress,
    work: "discover",
    failure: "the code could not be read",
  });
}
