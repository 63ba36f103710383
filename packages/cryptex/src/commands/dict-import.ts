/** `dict import`: entries from a file, all of them or none. */
import { UsageError } from "#kit/errors.ts";
import { formatCount } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, positional } from "#kit/term/flags.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { importFile } from "../cryptex-store/import-file.ts";
import { openStore } from "../cryptex-store/store.ts";
import type { Deps } from "../deps.ts";
import type { OnExisting } from "../dictionary/dictionary.ts";
import type { ImportOutcome } from "../dictionary/import.ts";
import { authorOf, BY_FLAG, readWhole, STORE_FLAG } from "./dict-flags.ts";
import { jsonLine, sayRemarks } from "./dict-text.ts";
import { INCOMPLETE } from "./exits.ts";
import { OUTPUT_FLAGS } from "./lookup-flags.ts";

export const dictImport = command({
  name: "dict import",
  description: "Take entries from a file into the dictionary, all of them or none",
  details: [
    "The file is JSON, as dict export or dict harvest writes it, or with pyro_name and dependencies; or Markdown with tables that have a column Codename. It is recognised by its content. Dependencies in files of others may be symbols: where one entry alone has the symbol, its codename is taken.",
    "If anything in the file is wrong, it is named with its line, and nothing is taken in. Fields and tables that are not known are named; the exit code is then 3.",
    "Entries that are there already and say the same stay as they are. If they differ, nothing is taken in, unless --keep or --replace says what is to become of them. With --replace, an entry that was exported with its revision is refused if somebody has changed it since.",
  ],
  flags: {
    file: positional.file({ about: "File to read; - is standard input" }),
    keep: flag.switch({ about: "Leave entries that are there as they are" }),
    replace: flag.switch({ about: "Replace entries that are there" }),
    strict: flag.switch({ about: "Refuse dependencies that are nowhere" }),
    numberDuplicates: flag.switch({ about: "Take a codename that stands there twice as NAME-2" }),
    shorten: flag.switch({ about: "Cut summaries that are too long, and keep them whole as notes" }),
    unknownToNotes: flag.switch({ about: "Keep fields that are not known as notes" }),
    dryRun: flag.switch({ about: "Say what would be done, and do nothing" }),
    ...BY_FLAG,
    ...STORE_FLAG,
    ...OUTPUT_FLAGS,
  },
  check({ keep, replace }) {
    if (keep && replace) throw new UsageError("--keep and --replace exclude each other");
  },
  examples: ["cryptex dict import cryptex.json", "cryptex dict import seed.md --keep"],
  seeAlso: ["dict export", "dict harvest", "dict check"],
  async run({ file, by, store, format, json, ...options }, io, deps: Deps) {
    const bytes = await readWhole(file, io.signal);
    // The store is made here where it is missing, and its folder.
    using opened = openStore(store, deps);
    const { strict, numberDuplicates, dryRun, unknownToNotes, shorten } = options;
    const existing: OnExisting = options.replace ? "replace" : options.keep ? "keep" : "refuse";
    const who = authorOf(by, deps.env);
    const taking = { existing, strict, numbersDuplicates: numberDuplicates, onlyTries: dryRun, who };
    using progress = new ProgressLine(io, () => "taking entries in");
    const reading = { unknownToNotes, shortens: shorten };
    const outcome = await importFile({ bytes, name: file, store: opened.path, reading, taking }, io.signal);
    progress.clear();
    if (json || format === "json") await io.out(importJson(outcome));
    else {
      sayRemarks(file, outcome.remarks, io);
      await io.out(importText(outcome, dryRun));
    }
    if (!outcome.taken) return EXIT.failure;
    return outcome.remarks.some(({ level }) => level === "loss") ? INCOMPLETE : EXIT.ok;
  },
});

function importJson({ taken, remarks, unknownDeps }: ImportOutcome): string {
  const { added = [], replaced = [], kept = [], unchanged = 0 } = taken ?? {};
  const result = { taken: taken !== undefined, added, replaced, kept, unchanged };
  return jsonLine({ ...result, remarks, unknown_dependencies: unknownDeps });
}

function importText({ taken }: ImportOutcome, dryRun: boolean): string {
  if (!taken) return "nothing was taken in\n";
  const { added, replaced, kept, unchanged } = taken;
  const counts = { added: added.length, replaced: replaced.length, kept: kept.length, unchanged };
  const words = Object.entries(counts).map(([what, count]) => `${formatCount(count)} ${what}`);
  return visible(`${dryRun ? "would be: " : ""}${words.join(", ")}`).concat("\n");
}
