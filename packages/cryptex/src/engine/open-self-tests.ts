/** The door to self tests: runs them in a thread of its own. */
import { inThread } from "#kit/thread.ts";
import type { SelfTestResult } from "./self-test.ts";

/** @throws the signal's reason */
export function openSelfTests(signal: AbortSignal): Promise<SelfTestResult[]> {
  return inThread<null, SelfTestResult[]>(new URL("../work-thread.ts", import.meta.url), null, {
    signal,
    work: "self-test",
    failure: "the self tests could not be run",
  });
}
