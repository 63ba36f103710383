/** The door to tests: finds them in a thread of its own. */
import { inThread } from "#kit/thread.ts";
import { WORK_THREAD } from "../work-thread-url.ts";
import type { FindRequest, FoundTests } from "./find-tests.ts";

/** @throws the signal's reason */
export function openTests(request: FindRequest, signal: AbortSignal): Promise<FoundTests> {
  return inThread(WORK_THREAD, request, {
    signal,
    work: "find-tests",
    failure: "the tests could not be read",
  });
}
