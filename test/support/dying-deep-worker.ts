/** A thread that begins to work on parts, and ends with the first task. */
import { parentPort } from "node:worker_threads";

parentPort!.on("message", () => process.exit(7));
parentPort!.postMessage({ kind: "ready" });
