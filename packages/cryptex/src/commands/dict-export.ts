/** `dict export`: the dictionary as a file, in the order of codenames; equal dictionaries give equal bytes. */
import { command } from "#kit/term/command.ts";
import { flag } from "#kit/term/flags.ts";
import { storePaths } from "../cryptex-store/store-files.ts";
import type { Deps } from "../deps.ts";
import { writeJson } from "../dictionary/formats/json.ts";
import { writeMarkdown } from "../dictionary/formats/markdown.ts";
import { OpenDictionary, STORE_FLAG } from "./dict-flags.ts";
import { writeResult } from "./own-files.ts";

const WRITERS = { json: writeJson, markdown: writeMarkdown };

export const dictExport = command({
  name: "dict export",
  description: "Write the dictionary to a file: JSON or a table of Markdown",
  details: [
    "Entries come in the order of their codenames, and equal dictionaries give equal bytes. dict import reads both forms, and loses nothing of either. The history is not in them: dict backup copies all.",
    "With --revisions, dict import --replace refuses entries that somebody has changed since.",
  ],
  flags: {
    format: flag.choice(["json", "markdown"], { default: "json", about: "Form of the file" }),
    output: flag.file({ short: "o", about: "Write the result to this file, which is replaced" }),
    revisions: flag.switch({ about: "Write the revision of each entry" }),
    ...STORE_FLAG,
  },
  examples: ["cryptex dict export -o cryptex.json", "cryptex dict export --format markdown > DICTIONARY.md"],
  seeAlso: ["dict import", "dict backup"],
  ownThread: true,
  async run({ format, output, revisions, store }, io, deps: Deps) {
    using open = new OpenDictionary(store, deps);
    const text = WRITERS[format](open.dictionary.all(), { revisions });
    await writeResult(text, output, storePaths(open.store.path), io);
  },
});
