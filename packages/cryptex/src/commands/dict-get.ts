/** `dict get`: an entry, what it needs and what needs it. */
import { visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { positional } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import { DictionaryError, type StoredEntry } from "../dictionary/dictionary.ts";
import { OpenDictionary, STORE_FLAG, withHints } from "./dict-flags.ts";
import { entryText, jsonLine } from "./dict-text.ts";
import { OUTPUT_FLAGS } from "./lookup-flags.ts";

export const dictGet = command({
  name: "dict get",
  description: "Show an entry of the dictionary, what it needs and what needs it",
  details: [
    "With --json the entry has all of its fields, and its revision: dict edit --from takes it back when it has been changed.",
  ],
  flags: { codename: positional.text({ about: "Codename of the entry" }), ...STORE_FLAG, ...OUTPUT_FLAGS },
  examples: [
    "cryptex dict get BlackFlag-Bootstrap",
    "cryptex dict get BlackFlag-Bootstrap --json | jq .entry",
  ],
  seeAlso: ["dict find", "dict edit", "dict history"],
  async run({ codename, store, format, json }, io, deps: Deps) {
    using open = new OpenDictionary(store, deps);
    const { dictionary } = open;
    const entry = withHints(dictionary, codename, () => found(dictionary.get(codename), codename));
    const usedBy = dictionary.usedBy(codename);
    const unknown = entry.deps.filter((dep) => dictionary.get(dep) === undefined);
    if (json || format === "json") {
      await io.out(jsonLine({ entry, used_by: usedBy, unknown_dependencies: unknown }));
      return;
    }
    const lines = [
      ...(usedBy.length > 0 ? [`  needed by  ${usedBy.map(visible).join(", ")}`] : []),
      ...(unknown.length > 0 ? [`  not in the dictionary  ${unknown.map(visible).join(", ")}`] : []),
    ];
    await io.out(entryText(entry, io) + lines.map((line) => `${line}\n`).join(""));
  },
});

function found(entry: StoredEntry | undefined, codename: string): StoredEntry {
  if (entry) return entry;
  throw new DictionaryError("not-found", `there is no entry ${visible(codename)}`);
}
