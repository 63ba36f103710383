/** Entries for tests: random ones with hostile texts, and many of a size that real ones have. */
import fc from "fast-check";
import { storedDictionary } from "../../src/cryptex-store/dictionary.ts";
import { openMemoryStore } from "../../src/cryptex-store/store.ts";
import type { Dictionary } from "../../src/dictionary/dictionary.ts";
import { type Entry, newEntry, STATUSES } from "../../src/dictionary/entry.ts";

/** Signs that mean something in Markdown, JSON, HTML, SQL or search queries, and some that are seldom met. */
const HOSTILE = [
  ..."`|*_\\<>&[]()#~!,;:'\"{}%$@^+-=./? \t",
  "\n",
  "\r\n",
  "```",
  "``",
  "\\|",
  "<br>",
  "&lt;",
  "&#10;",
  "**",
  "-->",
  "|",
  "--",
  "\u202e",
  "\u200b",
  "é",
  "ß",
  "漢",
  "😀",
  "\u2028",
  "\x7f",
  "\x1b[31m",
  "a",
  "B",
  "0",
  "NULL",
  "''",
];

export const hostileText = fc
  .array(fc.constantFrom(...HOSTILE), { maxLength: 12 })
  .map((signs) => signs.join(""));

export const hostileLine = hostileText.map((text) => text.replaceAll(/[\n\r\u2028\u2029]/g, "/"));

export const hostileName = hostileLine
  .map((text) => text.replaceAll(/\p{Cc}/gu, "x").trim())
  .filter((name) => !["", ".", ".."].includes(name));

const listOf = (item: fc.Arbitrary<string>) =>
  fc.uniqueArray(
    item.filter((text) => text !== ""),
    { maxLength: 3 },
  );

export const hostileEntry: fc.Arbitrary<Entry> = fc.record({
  codename: hostileName,
  symbol: hostileLine,
  summary: hostileLine,
  pseudocode: hostileText,
  status: fc.constantFrom(...STATUSES),
  deps: listOf(hostileName),
  kind: hostileLine,
  location: hostileLine,
  signature: hostileText,
  line_references: listOf(hostileLine),
  owner: hostileLine,
  risk: hostileLine,
  notes: fc.array(
    hostileText.filter((text) => text !== ""),
    { maxLength: 3 },
  ),
  tags: listOf(hostileLine),
});

export const hostileEntries = fc.uniqueArray(hostileEntry, {
  selector: ({ codename }) => codename,
  maxLength: 6,
});

/** A dictionary in memory with these entries. */
export function dictionaryOf(...entries: readonly Entry[]): Dictionary {
  const dictionary = storedDictionary(openMemoryStore());
  dictionary.takeIn(
    entries.map((entry) => ({ entry })),
    "refuse",
    { who: "test" },
  );
  return dictionary;
}

export function named(...names: readonly string[]): Entry[] {
  return names.map((name) => newEntry(name));
}
