/** `dict annotate`: a note on an entry. */
import { command } from "#kit/term/command.ts";
import { positional } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import { authorOf, BY_FLAG, OpenDictionary, REVISION_FLAG, STORE_FLAG, withHints } from "./dict-flags.ts";
import { entryText, jsonLine } from "./dict-text.ts";
import { OUTPUT_FLAGS } from "./lookup-flags.ts";

export const dictAnnotate = command({
  name: "dict annotate",
  description: "Add a note to an entry of the dictionary",
  flags: {
    codename: positional.text({ about: "Codename of the entry" }),
    note: positional.text({ about: "The note" }),
    ...REVISION_FLAG,
    ...BY_FLAG,
    ...STORE_FLAG,
    ...OUTPUT_FLAGS,
  },
  examples: ["cryptex dict annotate BlackFlag-Bootstrap 'must be called before any scan'"],
  seeAlso: ["dict edit", "dict history"],
  async run({ codename, note, revision, by, store, format, json }, io, deps: Deps) {
    using open = new OpenDictionary(store, deps);
    const { dictionary } = open;
    const editor = { who: authorOf(by, deps.env), revision };
    const edited = withHints(dictionary, codename, () => dictionary.annotate(codename, note, editor));
    await io.out(json || format === "json" ? jsonLine({ entry: edited }) : entryText(edited, io));
  },
});
