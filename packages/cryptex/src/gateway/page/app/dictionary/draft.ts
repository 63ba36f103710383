/** An entry as it is typed. */
import { type Entry, entryOf, faultsOf, newEntry } from "../../../../dictionary/entry.ts";

type Lines = "deps" | "line_references" | "tags";

/** Lists of items without line ends are texts, an item a line. */
export type Draft = { -readonly [K in keyof Omit<Entry, Lines>]: Entry[K] } & Record<Lines, string> & {
    notes: string[];
  };

export function draftOf(entry: Entry = newEntry("")): Draft {
  const { deps, line_references, tags, notes } = entry;
  return {
    ...entryOf(entry),
    deps: deps.join("\n"),
    line_references: line_references.join("\n"),
    tags: tags.join("\n"),
    notes: [...notes],
  };
}

export function entryFrom(draft: Draft): Entry {
  return entryOf({
    ...draft,
    codename: draft.codename.trim(),
    deps: itemsOf(draft.deps),
    line_references: itemsOf(draft.line_references),
    tags: itemsOf(draft.tags),
    notes: draft.notes.filter((note) => note !== ""),
  });
}

/** As the client takes it, whose lists may be changed. */
export function sendable(entry: Entry) {
  const { deps, line_references, notes, tags } = entry;
  return {
    ...entry,
    deps: [...deps],
    line_references: [...line_references],
    notes: [...notes],
    tags: [...tags],
  };
}

/** Says what of a draft cannot be kept, before the dictionary does. */
export function faultsIn(draft: Draft): readonly string[] {
  return faultsOf(entryFrom(draft)).map(({ field, words }) => `${field}: ${words}`);
}

function itemsOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
