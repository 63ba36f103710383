/** The door to self tests: runs them in a thread of its own. */
import { inThread } from "#kit/thread.ts";
import { WORK_THREAD } from "../work-thread-url.ts";
import type { SelfTestResult } from "./self-test.ts";

/** @throws the signal's reason */
export function openSelfTests(signal: AbortSignal): Promise<SelfTestResult[]> {
  return inThread<null, SelfTestResult[]>(WORK_THREAD, null, {
    signal,
    work: "self-test",
    failure: "the self tests could not be run",
  });
}
