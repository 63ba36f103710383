/** A scanning thread as the scan sees it. */
import { Worker } from "node:worker_threads";
import { engineCode } from "../engine/engine-file.ts";
import type { Batch, ThreadData, ThreadReply } from "./protocol.ts";
import type { WorkerData } from "./worker.ts";

export interface ScanThread {
  post(batch: Batch): void;
  /** Ends the thread, even inside a scan; never throws. */
  terminate(): void;
}

export interface ThreadListener {
  onReply(reply: ThreadReply): void;
  /** Is called at least once if the thread dies by itself. */
  onDeath(reason: string): void;
}

export type StartThread = (data: ThreadData, listener: ThreadListener) => ScanThread;

export const startScanThread: StartThread = (data, listener) => {
  const withEngine: WorkerData = { ...data, engine: engineCode() };
  return startThreadOf(new URL("./worker.ts", import.meta.url), withEngine, listener);
};

/** @param entry module that calls `serveBatches` */
export function startThreadOf(entry: URL, data: ThreadData, listener: ThreadListener): ScanThread {
  const worker = new Worker(entry, { workerData: data });
  worker.on("message", (reply: ThreadReply) => listener.onReply(reply));
  worker.on("error", (error: Error) => listener.onDeath(error.message));
  worker.on("exit", (code: number) => listener.onDeath(`exit code ${code}`));
  return {
    post: (batch) => worker.postMessage(batch),
    terminate: () => void worker.terminate(),
  };
}
