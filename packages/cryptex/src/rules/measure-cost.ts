/** The door to costs: works them out in a thread of its own. */
import { Worker } from "node:worker_threads";
import { orAborted } from "#kit/abort.ts";
import type { CostReport, CostRequest } from "./cost.ts";
import type { CostReply, CostThreadData } from "./cost-thread.ts";

/** @throws the signal's reason */
export async function measureCost(
  request: CostRequest,
  onProgress: (done: number, all: number) => void,
  signal: AbortSignal,
): Promise<CostReport> {
  const cancel = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const workerData: CostThreadData = { request, cancel };
  const worker = new Worker(new URL("./cost-thread.ts", import.meta.url), { workerData });
  const { promise, resolve, reject } = Promise.withResolvers<CostReport>();
  worker.on("message", (reply: CostReply) => {
    if (reply.kind === "progress") onProgress(reply.done, reply.all);
    else if (reply.kind === "report") resolve(reply.report);
    else reject(new Error(`the cost could not be worked out: ${reply.error}`));
  });
  worker.once("error", reject);
  worker.once("exit", () => reject(new Error("the thread that works out the cost has ended")));
  try {
    return await orAborted(promise, signal);
  } finally {
    promise.catch(() => {});
    Atomics.store(cancel, 0, 1);
    void worker.terminate();
  }
}
