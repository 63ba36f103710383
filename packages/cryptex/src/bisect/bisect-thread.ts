/** Thread that halves a set. */
import { serve, stopIfCancelled } from "#kit/thread.ts";
import { ENGINE } from "../engine/engine-file.ts";
import { makeLibyara } from "../engine/own-engine.ts";
import { type BisectReport, type BisectRequest, bisect } from "./bisect.ts";

void serve<BisectRequest, BisectReport, number>((request, { cancel, progress }) =>
  bisect(request, {
    facts: ENGINE,
    newInstance: () => makeLibyara({ cancel }),
    processorTime() {
      const { user, system } = process.threadCpuUsage();
      return user + system;
    },
    onProbe(count) {
      stopIfCancelled(cancel);
      progress(count);
    },
  }),
);
