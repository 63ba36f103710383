/** Entry point of a scanning thread. */
import { parentPort, workerData } from "node:worker_threads";
import { makeLibyara } from "../engine/own-engine.ts";
import { serveBatches } from "./executor.ts";
import type { Batch, ThreadData } from "./protocol.ts";

const thread = parentPort;
if (!thread) throw new Error("worker.ts runs in a thread of its own");

serveBatches(
  {
    post: (reply) => thread.postMessage(reply),
    listen: (handler) => thread.on("message", (batch: Batch) => handler(batch)),
  },
  workerData as ThreadData,
  (cancel) => makeLibyara({ cancel }),
);
