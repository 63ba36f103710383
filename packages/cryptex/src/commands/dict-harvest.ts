/** `dict harvest`: entries that a code base proposes, and how much of it the dictionary has. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "#kit/errors.ts";
import { formatCount, plural } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, many, positional } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { storePaths } from "../cryptex-store/store-files.ts";
import type { Deps } from "../deps.ts";
import { writeJson } from "../dictionary/formats/json.ts";
import type { HarvestReport, HarvestRequest } from "../harvest/harvest.ts";
import { LANGUAGES } from "../harvest/language-names.ts";
import { openHarvest } from "../harvest/open-harvest.ts";
import { authorOf, BY_FLAG, OpenDictionary, STORE_FLAG } from "./dict-flags.ts";
import { harvestText, sayLeftOut } from "./dict-harvest-text.ts";
import { jsonLine } from "./dict-text.ts";
import { INCOMPLETE } from "./exits.ts";
import { OUTPUT_FLAGS } from "./lookup-flags.ts";
import { writeResult } from "./own-files.ts";

export const dictHarvest = command({
  name: "dict harvest",
  description: "Propose entries for what a code base defines, and say how much of it the dictionary has",
  details: [
    `Reads ${LANGUAGES.join(", ")}. A function, method, class, structure, enumeration, interface, trait, type or macro with parameters becomes an entry with its symbol, kind, place and signature, and with the first sentence of its documentation if that is short. Declarations without a body, and functions inside functions, do not.`,
    "Prints a line a file: how many definitions it has, how many of them the dictionary has, in percent, and how many percent of its text the parser understood. An entry is about a definition if it has its symbol and its file, or its symbol, and there is no other definition of that name. A folder's own repository data and node_modules are left out.",
    "Nothing is changed, unless --add takes the proposals in. With -o they are written to a file, to be looked through and given to dict import. An entry that is there is never overwritten.",
    "The exit code is 3 if a file of code could not be read or parsed; it is named on stderr.",
  ],
  flags: {
    folder: positional.file({ about: "Folder of the code base" }),
    output: flag.file({ short: "o", about: "Write the proposals to this file, which is replaced" }),
    add: flag.switch({ about: "Take the proposals into the dictionary" }),
    exclude: many(flag.text({ hint: "GLOB", about: "Leave out paths below the folder, like test/**" })),
    maxSize: flag.size({ default: "4M", least: "1", most: "64M", about: "Largest file that is read" }),
    timeout: flag.seconds({
      default: "10",
      leastMs: 100,
      mostMs: 3_600_000,
      about: "Longest time for a file",
    }),
    ...BY_FLAG,
    ...STORE_FLAG,
    ...OUTPUT_FLAGS,
  },
  examples: [
    "cryptex dict harvest libyara -o proposals.json",
    "cryptex dict harvest . --exclude 'test/**' --add",
  ],
  seeAlso: ["dict import", "dict stats"],
  judges: true,
  async run({ folder, output, add, exclude, maxSize, timeout, by, store, format, json }, io, deps: Deps) {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
      throw new InputError(`there is no folder ${visible(folder)}`);
    }
    using open = new OpenDictionary(store, deps);
    const { dictionary } = open;
    const request = { folder, exclude, maxBytes: maxSize, timeoutMs: timeout, entries: dictionary.all() };
    const report = await withProgress(request, io);
    if (output !== undefined) {
      const file = writeJson(report.proposals.map((entry) => ({ ...entry, revision: 1 })));
      const read = report.files.map(({ path }) => join(folder, path));
      await writeResult(file, output, [...storePaths(open.store.path), ...read], io);
    }
    // Whoever has added one of them meanwhile was first.
    const incoming = report.proposals.map((entry) => ({ entry }));
    const taken = add ? dictionary.takeIn(incoming, "keep", { who: authorOf(by, deps.env) }) : undefined;
    await io.out(
      json || format === "json"
        ? jsonLine({ ...report, added: taken?.added ?? [] })
        : harvestText(report, io),
    );
    sayLeftOut(report, io);
    if (taken) io.log.info(`${plural(taken.added.length, "entry", "entries")} added`);
    else if (output !== undefined)
      io.log.info(`${plural(incoming.length, "proposal")} in ${visible(output)}`);
    return report.left_out.some(({ isLoss }) => isLoss) ? INCOMPLETE : EXIT.ok;
  },
});

async function withProgress(request: HarvestRequest, io: Io): Promise<HarvestReport> {
  let words = "looking for files of code";
  using _ = new ProgressLine(io, () => words);
  return await openHarvest(request, io.signal, (files, of) => {
    words = `reading code: ${formatCount(files)} of ${formatCount(of)} files`;
  });
}
