/** `dict rm`: takes an entry out; its history stays. */
import { visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { positional } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import { authorOf, BY_FLAG, OpenDictionary, REVISION_FLAG, STORE_FLAG, withHints } from "./dict-flags.ts";
import { jsonLine } from "./dict-text.ts";
import { OUTPUT_FLAGS } from "./lookup-flags.ts";

export const dictRm = command({
  name: "dict rm",
  description: "Remove an entry from the dictionary; its history stays",
  details: [
    "dict history shows what the entry was. Entries that need it keep it among their dependencies; they are named, and dict check finds them.",
  ],
  flags: {
    codename: positional.text({ about: "Codename of the entry" }),
    ...REVISION_FLAG,
    ...BY_FLAG,
    ...STORE_FLAG,
    ...OUTPUT_FLAGS,
  },
  examples: ["cryptex dict rm BlackFlag-Bootstrap"],
  seeAlso: ["dict history"],
  async run({ codename, revision, by, store, format, json }, io, deps: Deps) {
    using open = new OpenDictionary(store, deps);
    const { dictionary } = open;
    const editor = { who: authorOf(by, deps.env), revision };
    const entry = withHints(dictionary, codename, () => dictionary.remove(codename, editor));
    const usedBy = dictionary.usedBy(codename);
    if (usedBy.length > 0) io.log.warn(`still needed by ${usedBy.map(visible).join(", ")}`);
    const words = `removed ${visible(codename)}, revision ${entry.revision}\n`;
    await io.out(json || format === "json" ? jsonLine({ entry, used_by: usedBy }) : words);
  },
});
