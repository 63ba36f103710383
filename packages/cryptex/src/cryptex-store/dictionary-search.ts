/**
 * Search in the dictionary. A word is text: it is found anywhere in codenames, symbols and tags, and at the beginning of words of
 * all other texts, in whatever case. Codenames are found by any part of them, because nobody remembers them whole; an index of
 * every part of long texts as well would cost more than all the rest of an import.
 */
import type { Database, SQLQueryBindings } from "bun:sqlite";
import type { EntryQuery, FoundEntries, StoredEntry } from "../dictionary/dictionary.ts";
import { entriesWhere } from "./dictionary-rows.ts";

/** Numbers of rows. */
type Ids = ReadonlySet<number>;

export function findEntries(db: Database, query: EntryQuery): FoundEntries {
  const words = (query.words ?? []).filter((word) => word !== "");
  const { limit = Number.MAX_SAFE_INTEGER, skip = 0 } = query;
  const inNames = words.map((word) => holdingInName(db, word));
  const anywhere = words.map((word, i) => inNames[i]!.union(holdingInText(db, word)));
  const marked = marksOf(db, query);
  const found = inAll([...anywhere, ...marked]);
  if (found === undefined) {
    const entries = entriesWhere(db, "TRUE ORDER BY codename LIMIT ? OFFSET ?", [limit, skip]);
    return { total: countOf(db), entries };
  }
  const named = words.length === 0 ? found : inAll([...inNames, ...marked])!;
  const most = skip + limit;
  const first = firstOf(db, named, most);
  const others = words.length === 0 ? [] : firstOf(db, found.difference(named), most - first.length);
  const rest = others.slice(Math.max(0, skip - first.length));
  return { total: found.size, entries: [...entriesOf(db, first.slice(skip)), ...entriesOf(db, rest)] };
}

function countOf(db: Database): number {
  return idsOf(db, "SELECT count(*) FROM dict_entries").values().next().value ?? 0;
}

/** Runs a statement that answers with one number a row. */
function idsOf(db: Database, sql: string, ...values: readonly SQLQueryBindings[]): Set<number> {
  const rows = db.query<[number], SQLQueryBindings[]>(sql).values(...values) as unknown as [number][];
  return new Set(rows.map(([id]) => id));
}

/** Undefined where there are no sets: nothing is left out. */
function inAll(sets: readonly Ids[]): Ids | undefined {
  return [...sets]
    .sort((a, b) => a.size - b.size)
    .reduce<Ids | undefined>((all, set) => all?.intersection(set) ?? set, undefined);
}

/** Rows that are looked up one by one and put in order; for more of them, the index of all codenames is read from its beginning. */
const FEW = 500;

/** Picks the first in the order of codenames. */
function firstOf(db: Database, ids: Ids, limit: number): readonly number[] {
  if (limit <= 0 || ids.size === 0) return [];
  if (ids.size <= FEW) {
    const sql = "SELECT id FROM dict_entries WHERE id IN (SELECT value FROM json_each(?)) ORDER BY codename";
    return [...idsOf(db, sql, JSON.stringify([...ids]))].slice(0, limit);
  }
  const first: number[] = [];
  using statement = db.prepare<{ id: number }, []>("SELECT id FROM dict_entries ORDER BY codename");
  for (const { id } of statement.iterate()) {
    if (!ids.has(id)) continue;
    first.push(id);
    if (first.length >= Math.min(limit, ids.size)) break;
  }
  return first;
}

function entriesOf(db: Database, ids: readonly number[]): StoredEntry[] {
  if (ids.length === 0) return [];
  return entriesWhere(db, "id IN (SELECT value FROM json_each(?)) ORDER BY codename", [JSON.stringify(ids)]);
}

function marksOf(db: Database, { symbol, statuses = [], tags = [], kind, owner }: EntryQuery): Ids[] {
  const equal = (column: string, value: string | undefined) =>
    value === undefined ? [] : [idsOf(db, `SELECT id FROM dict_entries WHERE ${column} = ?`, value)];
  const ofStatus = (all: readonly string[]) =>
    idsOf(
      db,
      "SELECT id FROM dict_entries WHERE status IN (SELECT value FROM json_each(?))",
      JSON.stringify(all),
    );
  return [
    ...(symbol === undefined ? [] : [havingName(db, "symbol", symbol, (value) => value === symbol)]),
    ...equal("kind", kind),
    ...equal("owner", owner),
    ...(statuses.length === 0 ? [] : [ofStatus(statuses)]),
    ...tags.map((tag) => tagged(db, tag)),
  ];
}

/** Tags are compared whole, in whatever case. */
function tagged(db: Database, tag: string): Ids {
  const wanted = tag.toLowerCase();
  const written = JSON.stringify(wanted);
  // In JSON a quote inside a text stands behind a backslash, so most tags need not be read to be told apart.
  const has = (tags: string) =>
    tags.toLowerCase().includes(written) &&
    (!tags.includes("\\") || (JSON.parse(tags) as string[]).some((each) => each.toLowerCase() === wanted));
  return havingName(db, "tags", tag, has);
}

/** Looks at rows whose column may hold a text, by the index where the text is long enough for it. */
function havingName(
  db: Database,
  column: "symbol" | "tags",
  text: string,
  isIt: (value: string) => boolean,
): Ids {
  const isIndexed = [...text].length >= 3;
  const indexed = "id IN (SELECT rowid FROM dict_names WHERE dict_names MATCH ?)";
  const where = isIndexed ? indexed : `${column} NOT IN ('', '[]')`;
  const rows = db
    .query<[number, string], string[]>(`SELECT id, ${column} FROM dict_entries WHERE ${where}`)
    .values(...(isIndexed ? [`{${column}} : ${quoted(text)}`] : [])) as unknown as [number, string][];
  return new Set(rows.filter(([, value]) => isIt(value)).map(([id]) => id));
}

/** The index holds every three characters that follow each other; for less, the names are read. */
function holdingInName(db: Database, word: string): Set<number> {
  if ([...word].length >= 3) {
    return idsOf(db, "SELECT rowid FROM dict_names WHERE dict_names MATCH ?", quoted(word));
  }
  const like = `%${word.replace(/[\\%_]/g, "\\$&")}%`;
  const tests = [
    "codename LIKE ?1 ESCAPE '\\'",
    "symbol LIKE ?1 ESCAPE '\\'",
    "(tags LIKE ?1 ESCAPE '\\' AND EXISTS (SELECT 1 FROM json_each(tags) WHERE value LIKE ?1 ESCAPE '\\'))",
  ];
  const sql = `SELECT id FROM dict_entries WHERE ${tests.join(" OR ")}`;
  return idsOf(db, sql, like);
}

/** Several words of the index, where signs divide the text: they follow each other, and the last may go on. */
function holdingInText(db: Database, word: string): Ids {
  if (!/[\p{L}\p{N}]/u.test(word)) return new Set();
  return idsOf(db, "SELECT rowid FROM dict_texts WHERE dict_texts MATCH ?", `${quoted(word)} *`);
}

/** Quotes a text for a query: no sign in it means anything else. NUL would end it. */
function quoted(text: string): string {
  return `"${text.toWellFormed().replaceAll("\0", "\uFFFD").replaceAll('"', '""')}"`;
}
