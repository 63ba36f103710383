/** Tools of the dictionary: entries by name, by words, and notes to them. */
import { z } from "zod";
import { plural } from "#kit/format/numbers.ts";
import { DictionaryError, type StoredEntry } from "../../../dictionary/dictionary.ts";
import { STATUSES } from "../../../dictionary/entry.ts";
import { lines, pageOf, restWords } from "../answers/answer.ts";
import { cursorAt, numberAt } from "../answers/cursor.ts";
import { cutWords, shortenedItems } from "../answers/size.ts";
import { dictionaryUri } from "../resources/uris.ts";
import { READS, tool } from "../tool.ts";
import { CURSOR, CUT, LIMIT, NAME, NEXT } from "./schemas/pieces.ts";

const ENTRY = z.strictObject({
  uri: z.string(),
  codename: z.string(),
  symbol: z.string(),
  summary: z.string(),
  status: z.enum(STATUSES),
  kind: z.string(),
  location: z.string(),
  signature: z.string(),
  pseudocode: z.string(),
  deps: z.array(z.string()),
  line_references: z.array(z.string()),
  owner: z.string(),
  risk: z.string(),
  notes: z.array(z.string()),
  tags: z.array(z.string()),
  revision: z.int(),
});

const HOLDS_ALL = "The resource under `uri` holds all of it, in parts where it is long.";

/** Fields that a list of entries leaves to look-ups, as they may be long. */
const BRIEF = ENTRY.omit({ pseudocode: true, deps: true, line_references: true, notes: true });

function withUri(entry: StoredEntry) {
  return { uri: dictionaryUri(entry.codename), ...entry };
}

export const lookup = tool({
  name: "cryptex-lookup",
  title: "Look up a dictionary entry",
  description:
    "Gives entries of the code base's dictionary by their codename, or by their symbol in the code: what the part does, how far it has been ported, what it needs and what needs it. Use cryptex-search where neither is known.",
  scopes: ["read"],
  effects: READS,
  timeoutMs: 10_000,
  input: z.strictObject({
    codename: NAME.optional().describe("Codename, whole"),
    symbol: NAME.optional().describe("Symbol in the code, whole; several entries may have it"),
  }),
  output: z.strictObject({
    entries: z.array(ENTRY.extend({ used_by: z.array(z.string()) })),
    total: z.int(),
    cut: CUT,
  }),
  async run({ codename, symbol }, { services: { dictionary } }) {
    if ((codename === undefined) === (symbol === undefined))
      throw new DictionaryError("invalid", "give either a codename or a symbol");
    const found =
      codename === undefined
        ? dictionary.find({ symbol, limit: MOST_HOLDERS }).entries
        : [dictionary.get(codename)].filter((entry) => entry !== undefined);
    if (found.length === 0) throw notThere(codename ?? symbol!);
    const all = found.map((entry) => ({ ...withUri(entry), used_by: dictionary.usedBy(entry.codename) }));
    const { value, cuts } = shortenedItems(all);
    const { items } = pageOf(value, { from: 0, total: value.length });
    const fewer =
      items.length < found.length ? ["Other entries with this symbol: cryptex-search lists them."] : [];
    return {
      data: { entries: [...items], total: found.length, cut: [...cuts] },
      says: [
        `${items.length} of ${plural(found.length, "entry", "entries")}.`,
        ...fewer,
        ...cutWords(cuts, HOLDS_ALL),
      ],
      shows: lines(items),
    };
  },
});

const MOST_HOLDERS = 50;

function notThere(name: string): DictionaryError {
  return new DictionaryError(
    "not-found",
    `there is no entry ${name}: cryptex-search finds by parts of names`,
  );
}

export const search = tool({
  name: "cryptex-search",
  title: "Search the dictionary",
  description:
    "Finds entries of the code base's dictionary by words anywhere in their names and texts, and by symbol, status, tag, kind and owner. Gives the short facts of each; cryptex-lookup gives all of one.",
  scopes: ["read"],
  effects: READS,
  timeoutMs: 10_000,
  input: z.strictObject({
    words: z
      .array(NAME)
      .max(20)
      .default([])
      .describe("Texts that an entry has, all of them, in whatever case"),
    symbol: NAME.optional(),
    statuses: z.array(z.enum(STATUSES)).default([]).describe("One of these"),
    tags: z.array(NAME).max(20).default([]).describe("All of these"),
    kind: NAME.optional().describe("As function, struct, module"),
    owner: NAME.optional(),
    limit: LIMIT,
    cursor: CURSOR,
  }),
  output: z.strictObject({ entries: z.array(BRIEF), total: z.int(), next: NEXT, cut: CUT }),
  async run({ limit, cursor, ...query }, { services: { dictionary } }) {
    const question = ["cryptex-search", query];
    const from = numberAt(cursor, question);
    const { total, entries } = dictionary.find({ ...query, limit, skip: from });
    const { value, cuts } = shortenedItems(entries.map((entry) => BRIEF.strip().parse(withUri(entry))));
    const { items, goesOnAt } = pageOf(value, { from, total });
    const next = goesOnAt === undefined ? null : cursorAt(goesOnAt, question);
    return {
      data: { entries: [...items], total, next, cut: [...cuts] },
      says: [
        `${items.length} of ${plural(total, "entry", "entries")}, from number ${Math.min(from + 1, total)}.`,
        ...cutWords(cuts, HOLDS_ALL),
        ...restWords(next),
      ],
      shows: lines(items),
    };
  },
});

export const annotate = tool({
  name: "cryptex-annotate",
  title: "Add a note to a dictionary entry",
  description:
    "Adds a note behind those that an entry of the dictionary has, under the name of whoever runs this. Nothing else of the entry changes, and its history keeps what was. With a revision nothing is done if somebody has changed the entry since.",
  scopes: ["write"],
  writes: true,
  effects: { readOnly: false, destructive: false, idempotent: false },
  timeoutMs: 40_000,
  input: z.strictObject({
    codename: NAME.describe("Codename, whole"),
    note: z.string().min(1).max(20_000),
    revision: z.int().min(1).optional().describe("Revision of the entry that the note was written for"),
  }),
  output: z.strictObject({ uri: z.string(), codename: z.string(), revision: z.int(), notes: z.int() }),
  async run({ codename, note, revision }, { services: { dictionary }, author }) {
    const entry = dictionary.annotate(codename, note, { who: author, revision });
    return {
      data: {
        uri: dictionaryUri(codename),
        codename: entry.codename,
        revision: entry.revision,
        notes: entry.notes.length,
      },
      says: [
        `The note was added: the entry has ${plural(entry.notes.length, "note")}, and revision ${entry.revision}.`,
      ],
      shows: "",
    };
  },
});
