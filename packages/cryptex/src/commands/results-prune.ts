/** `results prune`: removes old results. */
import { UsageError } from "#kit/errors.ts";
import { plural } from "#kit/format/numbers.ts";
import { command } from "#kit/term/command.ts";
import { flag } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import { STORE_FLAG } from "./dict-flags.ts";
import { jsonLine } from "./dict-text.ts";
import { OUTPUT_FLAGS } from "./lookup-flags.ts";
import { openResults, RESULTS_FLAG } from "./result-flags.ts";

const DAY_MS = 86_400_000;

export const resultsPrune = command({
  name: "results prune",
  description: "Remove old results from the store, and what else happened as long ago",
  details: [
    "Whole results go that have ended, never one that waits or runs. With both --older-than and --keep, only what neither of them keeps goes. The dictionary and its history stay. The room is given back to the disk.",
  ],
  flags: {
    olderThan: flag.count(0, 100_000, { hint: "DAYS", about: "Remove results that ended longer ago" }),
    keep: flag.count(0, 1_000_000_000, { about: "Keep so many of the newest results" }),
    ...STORE_FLAG,
    ...RESULTS_FLAG,
    ...OUTPUT_FLAGS,
  },
  check({ olderThan, keep }) {
    if (olderThan === undefined && keep === undefined) {
      throw new UsageError("nothing says what is to go", ["--older-than DAYS, or --keep N"]);
    }
  },
  examples: ["cryptex results prune --older-than 90 --keep 100"],
  seeAlso: ["results list"],
  async run({ olderThan, keep, store, results, format, json }, io, deps: Deps) {
    await using open = await openResults({ store, results }, deps);
    const abandoned = open.tidy();
    const kept = {
      ...(olderThan !== undefined && { before: new Date(Date.now() - olderThan * DAY_MS).toISOString() }),
      ...(keep !== undefined && { scans: keep }),
    };
    const removed = abandoned + (await open.results.prune(kept, io.signal));
    await io.out(
      json || format === "json" ? jsonLine({ removed }) : `removed ${plural(removed, "result")}\n`,
    );
  },
});
