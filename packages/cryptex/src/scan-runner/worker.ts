/** Entry point of a scanning thread. */
import { parentPort, workerData } from "node:worker_threads";
import { type EngineCode, Libyara } from "../engine/libyara.ts";
import { serveBatches } from "./executor.ts";
import type { Batch, ThreadData } from "./protocol.ts";

/** Handed over by `startScanThread`. */
export interface WorkerData extends ThreadData {
  readonly engine: EngineCode;
}

const thread = parentPort;
if (!thread) throw new Error("worker.ts runs in a thread of its own");
const { engine, ...data } = workerData as WorkerData;

serveBatches(
  {
    post: (reply) => thread.postMessage(reply),
    listen: (handler) => thread.on("message", (batch: Batch) => handler(batch)),
  },
  data,
  (cancel) => new Libyara(engine, { cancel }),
);
