/** `dict edit`: changes of an entry. */
import { UsageError } from "#kit/errors.ts";
import { command } from "#kit/term/command.ts";
import { flag, group, many, positional } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import type { StoredEntry } from "../dictionary/dictionary.ts";
import { type Changes, FIELDS, LIST_FIELDS } from "../dictionary/entry.ts";
import { type EntryChanges, readChanges } from "../dictionary/formats/changes.ts";
import {
  authorOf,
  BY_FLAG,
  FIELD_FLAGS,
  givenFields,
  OpenDictionary,
  REVISION_FLAG,
  readWhole,
  STORE_FLAG,
  withHints,
} from "./dict-flags.ts";
import { entryText, jsonLine } from "./dict-text.ts";
import { OUTPUT_FLAGS } from "./lookup-flags.ts";

const CLEARED = FIELDS.filter((field) => field !== "codename" && field !== "status");

const FLAGS = {
  codename: positional.text({ about: "Codename of the entry" }),
  ...FIELD_FLAGS,
  ...group("Lists", {
    addDep: many(flag.text({ hint: "CODENAME", about: "Add a dependency to those that are there" })),
    removeDep: many(flag.text({ hint: "CODENAME", about: "Take a dependency out" })),
    addTag: many(flag.text({ hint: "TAG", about: "Add a tag to those that are there" })),
    removeTag: many(flag.text({ hint: "TAG", about: "Take a tag out" })),
  }),
  clear: many(flag.choice(CLEARED, { about: "Field to empty" })),
  from: flag.file({
    about: "JSON with the fields that change, as dict get --json prints it; - is standard input",
  }),
  ...REVISION_FLAG,
  ...BY_FLAG,
  ...STORE_FLAG,
  ...OUTPUT_FLAGS,
};

export const dictEdit = command({
  name: "dict edit",
  description: "Change fields of an entry of the dictionary",
  details: [
    "Only the fields that are given change. A list that is given replaces the one that is there.",
    "With --revision, or a revision in the file of --from, nothing is changed if somebody else has changed the entry since: the command says so and fails.",
  ],
  flags: FLAGS,
  examples: [
    "cryptex dict edit BlackFlag-Bootstrap --status ported --revision 3",
    "cryptex dict get BlackFlag-Bootstrap --json > entry.json; $EDITOR entry.json; cryptex dict edit BlackFlag-Bootstrap --from entry.json",
  ],
  seeAlso: ["dict get", "dict annotate", "dict history"],
  async run({ codename, from, revision, by, store, format, json, ...options }, io, deps: Deps) {
    const read = from === undefined ? undefined : await changesIn(from, codename, io.signal);
    const { addDep, removeDep, addTag, removeTag, clear, ...fields } = options;
    const lists = { addDep, removeDep, addTag, removeTag };
    const emptied = Object.fromEntries(
      clear.map((field) => [field, LIST_FIELDS.includes(field as never) ? [] : ""]),
    );
    const plain: Changes = { ...read?.changes, ...givenFields(fields), ...emptied };
    if (Object.keys(plain).length === 0 && Object.values(lists).every(({ length }) => length === 0)) {
      throw new UsageError("nothing to change is given", [
        "--summary TEXT, --status STATUS and so on change fields",
      ]);
    }
    const changes = (entry: StoredEntry) => ({ ...plain, ...listed({ ...entry, ...plain }, lists) });
    using open = new OpenDictionary(store, deps);
    const editor = { who: authorOf(by, deps.env), revision: revision ?? read?.revision };
    const edited = withHints(open.dictionary, codename, () =>
      open.dictionary.edit(codename, changes, editor),
    );
    await io.out(json || format === "json" ? jsonLine({ entry: edited }) : entryText(edited, io));
  },
});

async function changesIn(from: string, codename: string, signal: AbortSignal): Promise<EntryChanges> {
  return readChanges(await readWhole(from, signal), from, codename);
}

type Lists = Readonly<Record<"addDep" | "removeDep" | "addTag" | "removeTag", readonly string[]>>;

function listed({ deps, tags }: StoredEntry, lists: Lists): Changes {
  const changed = (items: readonly string[], added: readonly string[], removed: readonly string[]) => [
    ...new Set([...items, ...added].filter((item) => !removed.includes(item))),
  ];
  return {
    ...(lists.addDep.length + lists.removeDep.length > 0 && {
      deps: changed(deps, lists.addDep, lists.removeDep),
    }),
    ...(lists.addTag.length + lists.removeTag.length > 0 && {
      tags: changed(tags, lists.addTag, lists.removeTag),
    }),
  };
}
