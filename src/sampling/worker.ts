/** Entry point of the sampling thread: the second one of the compiled binary. */
import { parentPort, workerData } from "node:worker_threads";
import { currentHost, type HostOptions } from "../platform/index.ts";
import { sourcesWith } from "../sources/named/index.ts";
import { serveRequests } from "./executor.ts";
import type { Reply, Request } from "./protocol.ts";

const thread = parentPort;
if (!thread) throw new Error("worker.ts runs in a thread of its own");

const options = (workerData as HostOptions | undefined) ?? {};

serveRequests(
  {
    post: (reply: Reply, transfer = []) => thread.postMessage(reply, transfer),
    listen: (handler) => thread.on("message", (request: Request) => handler(request)),
  },
  sourcesWith(options.settings ?? {}),
  currentHost(options),
);
