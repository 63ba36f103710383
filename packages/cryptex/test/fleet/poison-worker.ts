/**
 * A worker whose process dies whenever it is to scan a file with "poison" in its path.
 *
 *   bun poison-worker.ts URL '{"settings of the queue"}' FOLDER
 *
 * FOLDER has house.pub, is the root corpus, and takes what the worker keeps.
 */
import { connectFleet } from "#kit/fleet/connection.ts";
import { readContext } from "#kit/fleet/context.ts";
import { Objects } from "#kit/fleet/objects.ts";
import { answersQueue, Queue } from "#kit/fleet/queue.ts";
import { work } from "#kit/fleet/worker.ts";
import { pinsOf } from "../../src/commands/key-flags.ts";
import { rootsOf } from "../../src/fleet/roots.ts";
import { RuleSets } from "../../src/fleet/rule-set-object.ts";
import { ScanWorker } from "../../src/fleet/scan-worker.ts";
import { startScanThread } from "../../src/scan-runner/thread.ts";

const [url = "", text = "", folder = ""] = process.argv.slice(2);
const settings = JSON.parse(text);
const stop = new AbortController();
const connection = await connectFleet(
  readContext(url, () => {}),
  { name: "poison", signal: stop.signal, againMs: 50 },
);
const sets = new RuleSets({
  objects: () => Objects.open(connection, settings),
  trust: pinsOf([`${folder}/house.pub`]),
  versions: `${folder}/worker`,
  cacheFolder: `${folder}/cache`,
  warn: console.error,
});
const scans = new ScanWorker({
  sets,
  roots: rootsOf([["corpus", `${folder}/files`]]),
  answers: () => Objects.open(connection, answersQueue(settings)),
  threads: 1,
  startThread(data, listener) {
    const thread = startScanThread(data, listener);
    return {
      ...thread,
      post(batch) {
        if (batch.files.some(({ path }) => path.includes("poison"))) process.kill(process.pid, "SIGKILL");
        thread.post(batch);
      },
    };
  },
});
await work({
  queue: await Queue.open(connection, settings),
  execute: scans.execute,
  node: "weak",
  stop: stop.signal,
  againMs: 50,
  retry: { firstMs: 20, mostMs: 200 },
  say: (_, words) => console.error(words),
});
