/** `dict find`: entries by words, symbol, status and tags. */
import { formatCount, plural } from "#kit/format/numbers.ts";
import { command } from "#kit/term/command.ts";
import { flag, many, positional } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import { STATUSES } from "../dictionary/entry.ts";
import { OpenDictionary, STORE_FLAG } from "./dict-flags.ts";
import { entriesTable, jsonLine } from "./dict-text.ts";
import { OUTPUT_FLAGS } from "./lookup-flags.ts";

export const dictFind = command({
  name: "dict find",
  description: "Find entries of the dictionary by words, symbol, status and tags",
  details: [
    "An entry is found if it has all that is asked for. A word is text, in upper or lower case: it stands anywhere in the codename, the symbol or a tag, or begins a word of the summary, the pseudocode, a note or another text. Those with all words in their names come first. Without words and options all entries are listed.",
  ],
  flags: {
    words: many(positional.text({ required: false, about: "Words that an entry has, all of them" })),
    symbol: flag.text({ hint: "NAME", about: "The whole symbol" }),
    status: many(flag.choice(STATUSES, { about: "Status; one of them, if given several times" })),
    tag: many(flag.text({ hint: "TAG", about: "Tag that an entry has" })),
    kind: flag.text({ hint: "KIND", about: "Kind" }),
    owner: flag.text({ hint: "NAME", about: "Owner" }),
    limit: flag.count(1, 1_000_000, { default: "100", about: "Entries that are listed at most" }),
    ...STORE_FLAG,
    ...OUTPUT_FLAGS,
  },
  examples: ["cryptex dict find scan --status legacy", "cryptex dict find --symbol yr_initialize --json"],
  seeAlso: ["dict get", "rules find"],
  ownThread: true,
  async run({ words, symbol, status, tag, kind, owner, limit, store, format, json }, io, deps: Deps) {
    using open = new OpenDictionary(store, deps);
    const query = { words, symbol, statuses: status, tags: tag, kind, owner, limit };
    const { total, entries } = open.dictionary.find(query);
    if (json || format === "json") {
      await io.out(jsonLine({ total, entries }));
      return;
    }
    const rest = total - entries.length;
    const count = plural(total, "entry", "entries");
    const line = rest === 0 ? count : `${formatCount(entries.length)} of ${count}; --limit shows more`;
    await io.out(entries.length === 0 ? `${line}\n` : `${entriesTable(entries, io)}\n${line}\n`);
  },
});
