/** Entry point of the threads that run tests. */
import { parentPort, workerData } from "node:worker_threads";
import { runTask, type TestTask } from "./test-tasks.ts";
import type { Answer } from "./test-threads.ts";

const thread = parentPort;
if (!thread) throw new Error("test-worker.ts runs in a thread of its own");

const answer = (message: Answer): void => thread.postMessage(message);

thread.on("message", async (task: TestTask) => {
  try {
    answer({ kind: "result", result: await runTask(task, workerData as Int32Array) });
  } catch (error) {
    answer({ kind: "error", error });
  }
});
answer({ kind: "ready" });
