/**
 * Search in the rules of the store. A word is text: it is found wherever it stands in a rule's name, tags, metadata or strings,
 * in whatever case. `KEY:TEXT` is found, too, where the metadata KEY holds TEXT.
 */
import { type Database, SQLiteError } from "bun:sqlite";
import { UsageError } from "#kit/errors.ts";
import type { RuleFacts } from "./rule-facts.ts";
import type { RuleScope } from "./rule-index.ts";
import { fieldValue, searchable } from "./rule-words.ts";
import type { Store } from "./store.ts";

/** Marks that a rule must have, all of them. */
export interface RuleQuery {
  readonly words: readonly string[];
  /** A query of SQLite's FTS5, with columns name, tags, meta and strings: https://sqlite.org/fts5.html#full_text_query_syntax */
  readonly query?: string | undefined;
  readonly tags?: readonly string[];
  readonly meta?: readonly MetaFilter[];
  readonly modules?: readonly string[];
}

/** Equal to the whole value, in whatever case. */
export interface MetaFilter {
  readonly key: string;
  readonly value: string;
}

export interface FoundRule extends RuleFacts {
  readonly name: string;
  /** Path, as it was named or below what was named. */
  readonly file: string;
  /** SHA-256 of its text without comments and blanks, hex. */
  readonly digest: string;
}

type Row = readonly [content: number, name: string, digest: string, facts: string];
const ROW = "content, name, lower(hex(digest)), facts";

/** Finds rules of a scope, in the order of their files and lines. @throws UsageError for a query that is none; StoreError */
export function findRules(store: Store, scope: RuleScope, query: RuleQuery): FoundRule[] {
  const rows = store.read((db) => {
    const conditions = conditionsOf(db, query);
    // Rules outside the scope are left out below. Only where everything is listed, it is quicker not to read them.
    if (conditions.length === 0) conditions.push(inScope(scope));
    const where = conditions.map(({ sql }) => sql).join(" AND ");
    const values = conditions.flatMap((each) => each.values);
    using statement = db.prepare<Row, string[]>(`SELECT ${ROW} FROM rules WHERE ${where}`);
    return asked(query.query, () => statement.values(...values) as unknown as Row[]);
  });
  return rows.flatMap((row) => foundIn(scope, row)).sort(byPlace);
}

/** Finds rules of a scope by a test of the columns of `rules`. @throws StoreError */
export function rulesWhere(
  store: Store,
  scope: RuleScope,
  where: string,
  values: readonly string[],
): FoundRule[] {
  const rows = store.read((db) => {
    using statement = db.prepare<Row, string[]>(`SELECT ${ROW} FROM rules WHERE ${where}`);
    return statement.values(...values) as unknown as Row[];
  });
  return rows.flatMap((row) => foundIn(scope, row)).sort(byPlace);
}

/** Counts the rules of a scope. @throws StoreError */
export function countRules(store: Store, scope: RuleScope): number {
  const sql = "SELECT content, count(*) FROM rules GROUP BY content";
  const rows = store.read(
    (db) => db.query<[number, number], []>(sql).values() as unknown as [number, number][],
  );
  return rows.reduce((sum, [content, count]) => sum + count * (scope.paths.get(content)?.length ?? 0), 0);
}

/** A rule of a file that is there twice is found twice. */
function foundIn(scope: RuleScope, [content, name, digest, facts]: Row): FoundRule[] {
  const files = scope.paths.get(content);
  if (files === undefined) return [];
  const parsed = JSON.parse(facts) as RuleFacts;
  return files.map((file) => ({ name, file, digest, ...parsed }));
}

function byPlace(a: FoundRule, b: FoundRule): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.start - b.start;
}

/** A test of a row of `rules`, and its parameters. */
interface Condition {
  readonly sql: string;
  readonly values: readonly string[];
}

/** The first one finds candidates by an index, so the words, which leave the fewest rules, come first. */
function conditionsOf(db: Database, { words, query, tags, meta, modules }: RuleQuery): Condition[] {
  const texts = [
    ...words.filter((word) => word !== "").map((word) => holdsWord(db, searchable(word))),
    ...(query === undefined ? [] : [matches(searchable(query))]),
  ];
  const fields = [
    ...(tags ?? []).map((tag) => ["tag", fieldValue(tag)]),
    ...(modules ?? []).map((module) => ["module", module]),
    ...(meta ?? []).map(({ key, value }) => [`meta:${key}`, fieldValue(value)]),
  ];
  const hasField = (isFirst: boolean) => (isFirst ? HAS_FIELD : CANDIDATE_HAS_FIELD);
  return [...texts, ...fields.map((values, i) => ({ sql: hasField(texts.length + i === 0), values }))];
}

const HAS_FIELD = "id IN (SELECT rule FROM rule_fields WHERE field = ? AND value = ?)";
const CANDIDATE_HAS_FIELD =
  "EXISTS (SELECT 1 FROM rule_fields WHERE field = ? AND value = ? AND rule = rules.id)";

function inScope({ paths }: RuleScope): Condition {
  return {
    sql: "content IN (SELECT value FROM json_each(?))",
    values: [JSON.stringify([...paths.keys()])],
  };
}

function matches(expression: string): Condition {
  return { sql: "id IN (SELECT rowid FROM rule_text WHERE rule_text MATCH ?)", values: [expression] };
}

function holdsWord(db: Database, word: string): Condition {
  const text = holdsText(db, word);
  const [, key, value] = /^([A-Za-z_]\w*):(.+)$/s.exec(word) ?? [];
  if (key === undefined) return text;
  const inField = "id IN (SELECT rule FROM rule_fields WHERE field = ? AND instr(value, ?) > 0)";
  return { sql: `(${text.sql} OR ${inField})`, values: [...text.values, `meta:${key}`, fieldValue(value!)] };
}

/**
 * The index holds every three characters that follow each other. A longer text is a phrase of them. Two characters are found by
 * the threes that begin with them; every text that is searched ends with two more characters, so none is missed. One character
 * begins too many: all texts are read.
 */
function holdsText(db: Database, text: string): Condition {
  const length = [...text].length;
  if (length >= 3) return matches(quoted(text));
  if (length === 2) return matches(threesOf(db, text.toLowerCase()).map(quoted).join(" OR ") || '""');
  const like = `%${text.replace(/[\\%_]/, "\\$&")}%`;
  return {
    sql: `id IN (SELECT rowid FROM rule_text WHERE (name || tags || meta || strings) LIKE ? ESCAPE '\\')`,
    values: [like],
  };
}

/** Quotes a text for a query: no sign in it means anything else. */
function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function threesOf(db: Database, two: string): string[] {
  return db
    .query<{ term: string }, [string, string]>("SELECT term FROM rule_grams WHERE term >= ? AND term < ?")
    .all(two, `${two}\u{10FFFF}`)
    .map(({ term }) => term);
}

/** Runs a query; where it is the user's own, its faults are the user's. */
function asked<T>(query: string | undefined, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (query === undefined || !(error instanceof SQLiteError) || error.errno !== 1) throw error;
    throw new UsageError(`--query: ${error.message.replace(/^fts5: /, "")}`, [
      'it is like: name:apt AND (tags:loader OR strings:"vssadmin delete")',
    ]);
  }
}
