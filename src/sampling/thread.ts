/** Starts the thread that runs the sources: blocking kernels never hold up the pool's own thread. */
import { Worker } from "node:worker_threads";
import { currentHost, type HostOptions, ToolGroups } from "../platform/index.ts";
import type { Reply, SamplingThread } from "./protocol.ts";

export interface WorkerThread extends SamplingThread {
  /** Lets the process end although the thread runs. */
  unref(): void;
}

export function startSamplingThread(options: HostOptions = {}): WorkerThread {
  // Loaded here first, if it can be: the thread, and whichever comes after it, then work with the same copy of the library.
  void currentHost(options).native;
  // A terminated thread leaves its tools running; they are killed from here.
  const groups = new ToolGroups();
  const worker = new Worker(new URL("./worker.ts", import.meta.url), {
    workerData: { ...options, toolGroups: groups.memory } satisfies HostOptions,
  });
  return {
    unref: () => worker.unref(),
    post: (request) => worker.postMessage(request),
    listen: (handler) => worker.on("message", (reply: Reply) => handler(reply)),
    onDeath: (handler) => {
      worker.on("error", (error: Error) => handler(error.message));
      worker.on("exit", (code: number) => handler(`exit code ${code}`));
    },
    terminate: () => {
      groups.killAll();
      // Again, for tools started while it was ending.
      void worker.terminate().then(() => groups.killAll());
    },
  };
}
