/** Rows of rule files, their contents and their rules. */
import type { Database } from "bun:sqlite";
import { VERSION } from "../version.ts";
import type { Fault, FileFacts, Include, KeptRule } from "./rule-facts.ts";
import type { Store } from "./store.ts";

/** A content without its rules. */
export interface KnownContent {
  readonly content: number;
  readonly includes: readonly Include[];
  readonly faults: readonly Fault[];
}

export interface KnownFile extends KnownContent {
  readonly stamp: string;
  readonly usedDay: number;
}

/** Lists are JSON, or null where they would be empty. */
type ContentRow = readonly [content: number, includes: string | null, faults: string | null];
type FileRow = readonly [path: string, stamp: string, usedDay: number, ...ContentRow];

/**
 * Looks files up by their absolute paths. One is missing too where another version of the program has read its content: that
 * version's parser may differ.
 */
export function knownFiles(db: Database, paths: readonly string[]): Map<string, KnownFile> {
  using statement = db.prepare<FileRow, [string, string]>(`
    SELECT file.path, file.stamp, file.used_day, content.id, content.includes, content.faults
    FROM json_each(?) AS asked
      CROSS JOIN rule_files AS file ON file.path = asked.value
      JOIN rule_contents AS content ON content.id = file.content
    WHERE content.reader = ?`);
  const rows = statement.values(JSON.stringify(paths), VERSION) as unknown as readonly FileRow[];
  return new Map(
    rows.map(([path, stamp, usedDay, content, includes, faults]) => [
      path,
      { stamp, usedDay, content, includes: listIn<Include>(includes), faults: listIn<Fault>(faults) },
    ]),
  );
}

export function knownContent(db: Database, sha256: Uint8Array): KnownContent | undefined {
  const sql = "SELECT id, includes, faults FROM rule_contents WHERE sha256 = ? AND reader = ?";
  const rows = db.query<ContentRow, [Uint8Array, string]>(sql).values(sha256, VERSION);
  const [row] = rows as unknown as readonly ContentRow[];
  if (row === undefined) return undefined;
  const [content, includes, faults] = row;
  return { content, includes: listIn<Include>(includes), faults: listIn<Fault>(faults) };
}

function listIn<T>(json: string | null): readonly T[] {
  return json === null ? [] : (JSON.parse(json) as readonly T[]);
}

function jsonOf(list: readonly unknown[]): string | null {
  return list.length === 0 ? null : JSON.stringify(list);
}

/** Finds the row of a content, or makes it with its rules. */
export function keepContent(db: Database, sha256: Uint8Array, facts: () => FileFacts): KnownContent {
  const known = knownContent(db, sha256);
  if (known !== undefined) return known;
  const { includes, faults, rules } = facts();
  const sql = "INSERT INTO rule_contents (sha256, reader, includes, faults) VALUES (?, ?, ?, ?)";
  const { lastInsertRowid } = db.query(sql).run(sha256, VERSION, jsonOf(includes), jsonOf(faults));
  for (const rule of rules) keepRule(db, Number(lastInsertRowid), rule);
  return { content: Number(lastInsertRowid), includes, faults };
}

function keepRule(db: Database, content: number, { name, digest, facts, fields, text }: KeptRule): void {
  const id = db
    .query("INSERT INTO rules (content, name, digest, facts) VALUES (?, ?, ?, ?)")
    .run(content, name, digest, JSON.stringify(facts)).lastInsertRowid;
  const field = db.query("INSERT OR IGNORE INTO rule_fields (field, value, rule) VALUES (?, ?, ?)");
  for (const [key, value] of fields) field.run(key, value, id);
  db.query("INSERT INTO rule_text (rowid, name, tags, meta, strings) VALUES (?, ?, ?, ?, ?)").run(
    id,
    text.name,
    text.tags,
    text.meta,
    text.strings,
  );
}

export interface SeenRuleFile {
  /** Absolute path. */
  readonly key: string;
  readonly stamp: string;
  readonly content: number;
  readonly day: number;
}

export function keepFile(db: Database, { key, stamp, content, day }: SeenRuleFile): void {
  const sql = "INSERT OR REPLACE INTO rule_files (path, stamp, content, used_day) VALUES (?, ?, ?, ?)";
  db.query(sql).run(key, stamp, content, day);
}

export function noteUse(db: Database, key: string, day: number): void {
  db.query("UPDATE rule_files SET used_day = ? WHERE path = ?").run(day, key);
}

/** Days after which a file is forgotten that nobody asked for. */
const KEPT_DAYS = 30;
/** Contents in no file, as each change of a rule file leaves one, are dropped when there are this many. */
const MAX_UNUSED = 64;

/** Drops what is of no use any more, where it is worth the work. */
export function dropUnusedRules(store: Store, today: number): void {
  const unused =
    "SELECT id FROM rule_contents WHERE NOT EXISTS (SELECT 1 FROM rule_files WHERE content = rule_contents.id)";
  const isWorthIt = store.write((db) => {
    db.query("DELETE FROM rule_files WHERE used_day < ?").run(today - KEPT_DAYS);
    const { count } = db.query<{ count: number }, []>(`SELECT count(*) AS count FROM (${unused})`).get()!;
    if (count < MAX_UNUSED) return false;
    const rules = `SELECT id FROM rules WHERE content IN (${unused})`;
    db.run(`DELETE FROM rule_text WHERE rowid IN (${rules})`);
    db.run(`DELETE FROM rule_fields WHERE rule IN (${rules})`);
    db.run(`DELETE FROM rules WHERE content IN (${unused})`);
    db.run(`DELETE FROM rule_contents WHERE id IN (${unused})`);
    return true;
  });
  if (isWorthIt) store.compact();
}
