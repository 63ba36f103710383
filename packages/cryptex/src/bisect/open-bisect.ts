/** The door to halving: does it in a thread of its own. */
import { inThread } from "#kit/thread.ts";
import { WORK_THREAD } from "../work-thread-url.ts";
import type { BisectReport, BisectRequest } from "./bisect.ts";

/** @throws the signal's reason */
export function bisectRules(
  request: BisectRequest,
  onProbe: (count: number) => void,
  signal: AbortSignal,
): Promise<BisectReport> {
  return inThread<BisectRequest, BisectReport, number>(WORK_THREAD, request, {
    signal,
    onProgress: onProbe,
    work: "bisect",
    failure: "the set could not be halved",
  });
}
