/** `dict add`: a new entry. */
import { visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { flag, positional } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import { DictionaryError } from "../dictionary/dictionary.ts";
import { newEntry } from "../dictionary/entry.ts";
import { unknownDeps } from "../dictionary/import.ts";
import { authorOf, BY_FLAG, FIELD_FLAGS, givenFields, OpenDictionary, STORE_FLAG } from "./dict-flags.ts";
import { entryText, jsonLine } from "./dict-text.ts";
import { OUTPUT_FLAGS } from "./lookup-flags.ts";

export const dictAdd = command({
  name: "dict add",
  description: "Add an entry to the dictionary",
  details: [
    "Without a status it is legacy: not ported. A dependency that is not in the dictionary is said, and with --strict refused.",
  ],
  flags: {
    codename: positional.text({ about: "Codename, which no other entry has" }),
    ...FIELD_FLAGS,
    strict: flag.switch({ about: "Refuse dependencies that are not in the dictionary" }),
    ...BY_FLAG,
    ...STORE_FLAG,
    ...OUTPUT_FLAGS,
  },
  examples: [
    "cryptex dict add BlackFlag-Bootstrap --symbol yr_initialize --summary 'Sets up the library' --status legacy",
  ],
  seeAlso: ["dict edit", "dict import"],
  async run({ codename, strict, by, store, format, json, ...options }, io, deps: Deps) {
    using open = new OpenDictionary(store, deps);
    const entry = newEntry(codename, givenFields(options));
    const unknown = unknownDeps([entry], open.dictionary).map(({ dep }) => visible(dep));
    const words = `not in the dictionary: ${unknown.join(", ")}`;
    if (strict && unknown.length > 0) throw new DictionaryError("invalid", words);
    const added = open.dictionary.add(entry, { who: authorOf(by, deps.env) });
    if (unknown.length > 0) io.log.warn(words);
    await io.out(json || format === "json" ? jsonLine({ entry: added }) : entryText(added, io));
  },
});
