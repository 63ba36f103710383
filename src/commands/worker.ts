/** `worker`: runs tests for the commands of other machines. */
import { availableParallelism } from "node:os";
import { parseRoot, refuseTwice, workerFlags } from "#kit/fleet/flags.ts";
import { command } from "#kit/term/command.ts";
import { flag, many } from "#kit/term/flags.ts";
import { QUEUE } from "./fleet-flags.ts";

/** More than a machine has; a typing error beyond. */
const MOST_THREADS = 1_024;

export const worker = command({
  name: "worker",
  description: "Run tests for reports and assessments of other machines",
  details: [
    "It takes the tests that report and assess give out with --nats, until it is stopped. Then it ends what it can within 8 seconds, and hands back the rest. It waits for a server that is away, and for a queue that nobody has made yet.",
    "Data come from the fleet's object store, or from where --data-at of the other command says: below a folder that the machines share, which each names with --root, from a web server that gives parts (Range), or from S3. They are tested only if their SHA-256 is that of the job. Jobs of another version of this program are refused.",
  ],
  flags: {
    ...workerFlags(QUEUE),
    threads: flag.count(1, MOST_THREADS, { about: "Tests at once; default: one a processor" }),
    root: many(
      flag.value(parseRoot, {
        about: "Folder that file:NAME/PATH of a job means; may be given several times",
        hint: "NAME=DIR",
      }),
    ),
  },
  examples: [
    "esoteric-entropy worker --nats worker-1.json",
    "esoteric-entropy worker --nats worker-1.json --threads 4 --root corpus=/mnt/corpus",
  ],
  seeAlso: ["report", "assess", "fleet doctor", "fleet resume"],
  check: ({ root }) => refuseTwice(root),
  runsUntilStopped: () => true,
  async run({ nats, queue, threads = availableParallelism(), root }, io) {
    const { runWorker } = await import("../fleet/run-worker.ts");
    await runWorker({ nats, queue, threads, roots: new Map(root) }, io);
    return undefined;
  },
});
