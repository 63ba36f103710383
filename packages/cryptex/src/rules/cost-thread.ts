/** Thread that measures rules, so that the program stays interruptible. */
import { parentPort, workerData } from "node:worker_threads";
import { ENGINE } from "../engine/engine-file.ts";
import { makeLibyara } from "../engine/own-engine.ts";
import { type CostReport, type CostRequest, costOfRules } from "./cost.ts";

export interface CostThreadData {
  readonly request: CostRequest;
  /** In shared memory: a scan ends as soon as its first number is not 0. */
  readonly cancel: Int32Array;
}

export type CostReply =
  | { readonly kind: "progress"; readonly done: number; readonly all: number }
  | { readonly kind: "report"; readonly report: CostReport }
  | { readonly kind: "error"; readonly error: string };

const { request, cancel } = workerData as CostThreadData;
const reply = (message: CostReply) => parentPort!.postMessage(message);
try {
  const report = costOfRules(request, {
    facts: ENGINE,
    newInstance: () => makeLibyara({ cancel }),
    processorTime() {
      const { user, system } = process.threadCpuUsage();
      return user + system;
    },
    onProgress(done, all) {
      if (Atomics.load(cancel, 0) !== 0) throw new Error("cancelled");
      reply({ kind: "progress", done, all });
    },
  });
  reply({ kind: "report", report });
} catch (error) {
  reply({ kind: "error", error: (error as Error).stack ?? String(error) });
}
