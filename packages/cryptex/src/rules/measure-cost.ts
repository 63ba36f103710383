/** The door to costs: works them out in a thread of its own. */
import { inThread } from "#kit/thread.ts";
import { WORK_THREAD } from "../work-thread-url.ts";
import type { CostReport, CostRequest } from "./cost.ts";
import type { CostProgress } from "./cost-thread.ts";

/** @throws the signal's reason */
export function measureCost(
  request: CostRequest,
  onProgress: (done: number, all: number) => void,
  signal: AbortSignal,
): Promise<CostReport> {
  return inThread<CostRequest, CostReport, CostProgress>(WORK_THREAD, request, {
    signal,
    onProgress: ({ done, all }) => onProgress(done, all),
    work: "cost",
    failure: "the cost could not be worked out",
  });
}
