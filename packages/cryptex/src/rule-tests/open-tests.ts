/** The door to tests: finds them in a thread of its own. */
import { inThread } from "#kit/thread.ts";
import type { FindRequest, FoundTests } from "./find-tests.ts";

/** @throws the signal's reason */
export function openTests(request: FindRequest, signal: AbortSignal): Promise<FoundTests> {
  return inThread(new URL("../work-thread.ts", import.meta.url), request, {
    signal,
    work: "find-tests",
    failure: "the tests could not be read",
  });
}
