/** Thread that measures rules. */
import { serve, stopIfCancelled } from "#kit/thread.ts";
import { ENGINE } from "../engine/engine-file.ts";
import { makeLibyara } from "../engine/own-engine.ts";
import { type CostReport, type CostRequest, costOfRules } from "./cost.ts";

export interface CostProgress {
  readonly done: number;
  readonly all: number;
}

void serve<CostRequest, CostReport, CostProgress>((request, { cancel, progress }) =>
  costOfRules(request, {
    facts: ENGINE,
    newInstance: () => makeLibyara({ cancel }),
    processorTime() {
      const { user, system } = process.threadCpuUsage();
      return user + system;
    },
    onProgress(done, all) {
      stopIfCancelled(cancel);
      progress({ done, all });
    },
  }),
);
