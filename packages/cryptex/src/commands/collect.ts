/** `collect`: takes results of scans into the store. */
import { hostname } from "node:os";
import { resolve } from "node:path";
import { InputError, UsageError } from "#kit/errors.ts";
import { openDataFile, openStdin } from "#kit/files/data-file.ts";
import { command } from "#kit/term/command.ts";
import { flag, many, positional } from "#kit/term/flags.ts";
import { storedFollowedFiles } from "../cryptex-store/followed-files.ts";
import type { Deps } from "../deps.ts";
import { collect as collectFrom } from "../telemetry-agent/collect.ts";
import { follow } from "../telemetry-agent/follow.ts";
import { sourcesOf } from "../telemetry-agent/result-files.ts";
import { refuseOrigin, removeAbandoned } from "../telemetry-agent/take-in.ts";
import { COLLECT_FLEET_FLAGS, checkCollectFleet, collectFleet } from "./collect-fleet.ts";
import { CollectLines } from "./collect-lines.ts";
import { STORE_FLAG } from "./dict-flags.ts";
import { OUTPUT_FLAGS } from "./lookup-flags.ts";
import { OpenJournal } from "./result-flags.ts";

export const collect = command({
  name: "collect",
  description: "Take results of scans into the store",
  details: [
    "Results are NDJSON, as scan prints it, or the object of --format json; a file may hold several. A folder stands for its files .ndjson, .jsonl and .json. Every line is checked. A result is taken in as a whole or not at all: a line that is none refuses its result, and one whose end is missing, or does not fit its lines, is taken in as not whole, and named.",
    "A result that is there already is not taken in again. Without --key results of one origin are told apart by their lines, so that of two equal ones the second is taken for the first.",
    "With --watch, files are followed until Ctrl-C: lines are taken in as they come, each once, also after an end of this program in any way. Files that are renamed, cut off or replaced are noticed. A folder stands for its files .ndjson and .jsonl then, those that come later, too. Lines that are none cost their result the name of being whole, and no other line.",
    "With --nats it takes no files: it takes what hosts answer to hunts into the database of --results, until Ctrl-C. Each answer is written once, and is taken from the server only then; while the server or the database is away it waits. results list --results shows them.",
    "Exits with 1 if a result was refused, else with 3 if one is not whole.",
  ],
  flags: {
    path: many(
      positional.file({ required: false, about: "File, or folder of files; - or none: standard input" }),
    ),
    watch: flag.switch({ about: "Follow the files and take in what comes" }),
    origin: flag.text({ hint: "NAME", about: "Who has scanned; default: the name of this machine" }),
    key: flag.text({ hint: "KEY", about: "Key of this result: a second one of this origin is refused" }),
    ...COLLECT_FLEET_FLAGS,
    ...STORE_FLAG,
    ...OUTPUT_FLAGS,
  },
  check(options) {
    checkCollectFleet(options);
    const { path, watch, key } = options;
    if (watch && (path.length === 0 || path.includes("-")))
      throw new UsageError("--watch needs a file or a folder");
    if (watch && key !== undefined) throw new UsageError("--watch and --key exclude each other");
    if (key !== undefined && path.length > 1)
      throw new UsageError("--key names one result", ["name one file"]);
  },
  examples: [
    "cryptex scan /srv --rules my-rules/ --format ndjson | cryptex collect",
    "cryptex collect results/ --origin web-1",
    "cryptex collect /var/log/cryptex --watch",
    "cryptex collect --nats collector.json --results postgres://cryptex@db/results",
  ],
  seeAlso: ["results list", "results show", "scan"],
  runsUntilStopped: ({ watch, nats }) => watch || nats !== undefined,
  async run({ nats, results, queue, ...options }, io, deps: Deps) {
    const { path, watch, origin = hostname(), key, store, format, json } = options;
    const { signal } = io;
    if (nats !== undefined && results !== undefined) {
      return await collectFleet({ nats, results, queue, json: json || format === "json" }, io);
    }
    refuseOrigin(origin);
    const sources =
      path.length === 0 ? ["-"] : path.flatMap((each) => (watch ? [resolve(each)] : sourcesOf(each)));
    using open = new OpenJournal(store, deps);
    const { journal } = open;
    const lines = new CollectLines(io, json || format === "json");
    if (watch) {
      const files = storedFollowedFiles(open.store);
      const say = lines.remark.bind(lines);
      return await follow(sources, { journal, files, origin, signal, say }, () => lines.flush());
    }
    removeAbandoned(journal);
    await journal.prune({}, signal);
    for (const source of sources) {
      try {
        await using file = source === "-" ? await openStdin() : await openDataFile(source, signal);
        for await (const each of collectFrom(journal, file.pieces(signal), { origin, key, signal })) {
          lines.say(source, each);
          await lines.flush();
        }
      } catch (error) {
        // One that cannot be read holds up no other.
        if (!(error instanceof InputError)) throw error;
        lines.say(source, { kind: "refused", reason: error.message });
      }
    }
    await lines.flush();
    return lines.exitCode;
  },
});
