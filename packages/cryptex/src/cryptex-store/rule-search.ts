/**
 * Search in the rules of the store. A word is text: it is found wherever it stands in a rule's name, tags, metadata or strings,
 * in whatever case. `KEY:TEXT` is found, too, where the metadata KEY holds TEXT.
 */
import { type Database, SQLiteError } from "bun:sqlite";
import { UsageError } from "#kit/errors.ts";
import { folded, sameInIndex } from "./letter-case.ts";
import type { RuleFacts } from "./rule-facts.ts";
import type { RuleScope } from "./rule-index.ts";
import { fieldValue, keyedWord, searchable } from "./rule-words.ts";
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
    // Rules outside the scope are left out below. Only where everything is listed, it is quicker not to read them.
    const { sql, values } = matching(db, query) ?? idsInScope(scope);
    using statement = db.prepare<Row, string[]>(`SELECT ${ROW} FROM rules WHERE id IN (${sql})`);
    return asked(query.query, () => statement.values(...values) as unknown as Row[]);
  });
  return rows.flatMap((row) => foundIn(scope, row)).sort(byPlace);
}

/** Lists ids of rules by content, in the order in which they stand there. @throws StoreError */
export function idsByContent(store: Store, scope: RuleScope): ReadonlyMap<number, readonly number[]> {
  const { sql, values } = idsInScope(scope);
  const rows = store.read((db) => {
    using statement = db.prepare<[number, number], string[]>(
      `SELECT content, id FROM rules WHERE id IN (${sql}) ORDER BY id`,
    );
    return statement.values(...values) as unknown as [number, number][];
  });
  const groups = Map.groupBy(rows, ([content]) => content);
  return new Map([...groups].map(([content, group]) => [content, group.map(([, id]) => id)]));
}

/** A rule as it stands in its content, with all that is searched. */
export interface SearchedRule extends Omit<FoundRule, "file"> {
  /** Name, tags, metadata and strings, with separators between and behind them. */
  readonly text: string;
}

/** Looks rules up by their ids; one that is no more there is left out. @throws StoreError */
export function searchedRules(store: Store, ids: readonly number[]): ReadonlyMap<number, SearchedRule> {
  type SearchedRow = readonly [id: number, name: string, digest: string, facts: string, text: string];
  const rows = store.read((db) => {
    using statement = db.prepare<SearchedRow, [string]>(`
      SELECT rules.id, rules.name, lower(hex(digest)), facts, rule_text.name || tags || meta || strings
      FROM json_each(?) AS asked
        CROSS JOIN rules ON rules.id = asked.value
        JOIN rule_text ON rule_text.rowid = rules.id`);
    return statement.values(JSON.stringify(ids)) as unknown as SearchedRow[];
  });
  return new Map(
    rows.map(([id, name, digest, facts, text]) => [
      id,
      { name, digest, text, ...(JSON.parse(facts) as RuleFacts) },
    ]),
  );
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

/** A query for ids of rules, as the column `id`, with its parameters. */
interface Ids {
  readonly sql: string;
  readonly values: readonly string[];
}

/**
 * Makes the query for ids of rules that have all marks; undefined where there are none. The words, which leave the fewest rules, give the
 * candidates.
 */
function matching(db: Database, { words, query, tags, meta, modules }: RuleQuery): Ids | undefined {
  const texts = [
    ...holdingAll(db, new Set(words.filter((word) => word !== "").map(searchable))),
    ...(query === undefined ? [] : [matches(searchable(query))]),
  ];
  const fields = [
    ...(tags ?? []).map((tag) => ["tag", fieldValue(tag)]),
    ...(modules ?? []).map((module) => ["module", module]),
    ...(meta ?? []).map(({ key, value }) => [`meta:${key}`, fieldValue(value)]),
  ].map((values): Ids => ({ sql: HAS_FIELD, values }));
  const candidates = texts.length > 0 ? texts : fields.splice(0, 1);
  if (candidates.length === 0) return undefined;
  // Each is looked for by itself: within a question to the index, another one would be put to it for every rule.
  const sql = candidates.map((each) => `SELECT id FROM (${each.sql})`).join(" INTERSECT ");
  const tests = fields.map(() => CANDIDATE_HAS_FIELD);
  return {
    sql: `SELECT candidate.id FROM (${sql}) AS candidate WHERE ${["TRUE", ...tests].join(" AND ")}`,
    values: [...candidates, ...fields].flatMap(({ values }) => values),
  };
}

const HAS_FIELD = "SELECT rule AS id FROM rule_fields WHERE field = ? AND value = ?";
const CANDIDATE_HAS_FIELD =
  "EXISTS (SELECT 1 FROM rule_fields WHERE field = ? AND value = ? AND rule = candidate.id)";

function idsInScope({ paths }: RuleScope): Ids {
  return {
    sql: "SELECT id FROM rules WHERE content IN (SELECT value FROM json_each(?))",
    values: [JSON.stringify([...paths.keys()])],
  };
}

function matches(expression: string): Ids {
  return { sql: "SELECT rowid AS id FROM rule_text WHERE rule_text MATCH ?", values: [expression] };
}

/** Words that the index finds are one question to it. */
function holdingAll(db: Database, words: Iterable<string>): Ids[] {
  const expressions: string[] = [];
  const others: Ids[] = [];
  for (const word of words) {
    const expression = expressionOf(db, word);
    const keyed = keyedWord(word);
    if (expression === undefined) others.push(holdsCharacter(word));
    else if (keyed === undefined) expressions.push(expression);
    else others.push(either(matches(expression), inField(keyed.field, keyed.text)));
  }
  return expressions.length === 0 ? others : [matches(expressions.join(" AND ")), ...others];
}

function inField(field: string, text: string): Ids {
  return {
    sql: "SELECT rule AS id FROM rule_fields WHERE field = ? AND instr(value, ?) > 0",
    values: [field, text],
  };
}

function either(a: Ids, b: Ids): Ids {
  return { sql: `${a.sql} UNION ${b.sql}`, values: [...a.values, ...b.values] };
}

/**
 * The index holds every three characters that follow each other. A longer text is a phrase of them. Two characters are found by
 * the threes that begin with them; every text that is searched ends with two more characters, so none is missed.
 * @returns undefined for one character, with which too many threes begin
 */
function expressionOf(db: Database, text: string): string | undefined {
  const { length } = [...text];
  if (length >= 3) return quoted(text);
  return length === 2 ? `(${threesOf(db, folded(text)).map(quoted).join(" OR ") || '""'})` : undefined;
}

/** Reads all texts. */
function holdsCharacter(character: string): Ids {
  const all = sameInIndex(character).map((each) => `%${each.replace(/[\\%_]/, "\\$&")}%`);
  const tests = all.map(() => "(name || tags || meta || strings) LIKE ? ESCAPE '\\'");
  return { sql: `SELECT rowid AS id FROM rule_text WHERE ${tests.join(" OR ")}`, values: all };
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
