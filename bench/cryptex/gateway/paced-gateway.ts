/**
 * The gateway as `cryptex serve` runs it, on a store on the disk, whose scanning threads find matches at a steady rate.
 *
 *     paced-gateway.ts FOLDER RATE RULES     root `files` is FOLDER/files, with FOLDER/rules
 */

import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { processIo } from "#kit/term/io.ts";
import { serveGateway } from "../../../packages/cryptex/src/gateway/serve.ts";
import { openServices } from "../../../packages/cryptex/src/gateway/services.ts";
import type { ThreadReply } from "../../../packages/cryptex/src/scan-runner/protocol.ts";
import type { StartThread } from "../../../packages/cryptex/src/scan-runner/thread.ts";
import type { PacedData } from "./paced-matches.ts";

const [folder = "", rate, rules] = process.argv.slice(2);
const workerData: PacedData = { matchesPerSecond: Number(rate), rules: Number(rules) };

const startThread: StartThread = (_, listener) => {
  const worker = new Worker(new URL("./paced-matches.ts", import.meta.url), { workerData });
  worker.on("message", (reply: ThreadReply) => listener.onReply(reply));
  worker.on("error", ({ message }: Error) => listener.onDeath(message));
  return { post: (batch) => worker.postMessage(batch), terminate: () => void worker.terminate() };
};

await using services = openServices({
  store: join(folder, "store.db"),
  env: {},
  roots: [{ name: "files", folder: join(folder, "files") }],
  rules: { sets: new Map([["default", [join(folder, "rules")]]]), byDefault: "default" },
  includeFolders: [],
  externals: {},
  threads: 1,
  startThread,
  warn: (message) => console.error(message),
});

const stopping = new AbortController();
process.once("SIGTERM", () => stopping.abort());
const address = { hostname: "127.0.0.1", port: 0 };
const settings = { address, tokens: [], pqc: false, insecure: false, origins: [], mcpWrite: false };
await serveGateway(settings, services, processIo(stopping.signal), {});
