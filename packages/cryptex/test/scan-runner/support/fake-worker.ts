/** Entry point of a thread that scans with the fake engine. */
import { parentPort, workerData } from "node:worker_threads";
import { serveBatches } from "../../../src/scan-runner/executor.ts";
import type { Batch, ThreadData } from "../../../src/scan-runner/protocol.ts";
import { FakeEngine } from "./fake-engine.ts";

const thread = parentPort!;
serveBatches(
  {
    post: (reply) => thread.postMessage(reply),
    listen: (handler) => thread.on("message", (batch: Batch) => handler(batch)),
  },
  workerData as ThreadData,
  (cancel) => new FakeEngine(cancel),
);
