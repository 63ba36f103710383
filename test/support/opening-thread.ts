/** A thread that opens kernels and reports it. Told to, it goes into a kernel then, for some seconds. */
import { parentPort, workerData } from "node:worker_threads";
import { loadLibrary } from "../../ffi/index.ts";

const { path, ids, folder, hang } = workerData as {
  path: string;
  ids: readonly string[];
  folder: string;
  hang: boolean;
};
const library = loadLibrary({ path });
for (const id of ids) library.command(id, "open", folder);
parentPort?.on("message", () => {});
parentPort?.postMessage("open");
// Each sample sleeps for some 60 µs.
if (hang) library.kernel("sleep_jitter")(new BigUint64Array(50_000));
