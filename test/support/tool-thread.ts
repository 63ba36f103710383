/** A thread that starts a silent tool, reports its process id and goes on. */
import { parentPort, workerData } from "node:worker_threads";
import { currentHost } from "../../src/platform/index.ts";

const { tool, toolGroups } = workerData as { tool: string; toolGroups: SharedArrayBuffer };
const running = currentHost({ toolGroups }).start(tool, [], { maxBytes: 1_000 });
for await (const { bytes } of running.output) parentPort?.postMessage(Number(Buffer.from(bytes).toString()));
