/** Rows of the dictionary: entries, and the two indexes of their texts. */
import type { Database, SQLQueryBindings, Statement } from "bun:sqlite";
import type { StoredEntry } from "../dictionary/dictionary.ts";
import type { Status } from "../dictionary/entry.ts";
import { numberOf } from "./migrations.ts";

type Row = readonly [
  codename: string,
  symbol: string,
  status: string,
  revision: number,
  kind: string,
  tags: string,
  deps: string,
  summary: string,
  location: string,
  owner: string,
  risk: string,
  line_references: string,
  signature: string,
  notes: string,
  pseudocode: string,
];

const COLUMNS =
  "codename, symbol, status, revision, kind, tags, deps, summary, location, owner, risk, line_references, signature, notes, pseudocode";

function entryFrom(row: Row): StoredEntry {
  return {
    codename: row[0],
    symbol: row[1],
    summary: row[7],
    pseudocode: row[14],
    status: row[2] as Status,
    deps: listFrom(row[6]),
    kind: row[4],
    location: row[8],
    signature: row[12],
    line_references: listFrom(row[11]),
    owner: row[9],
    risk: row[10],
    notes: listFrom(row[13]),
    tags: listFrom(row[5]),
    revision: row[3],
  };
}

function rowOf(entry: StoredEntry): Row {
  return [
    entry.codename,
    entry.symbol,
    entry.status,
    entry.revision,
    entry.kind,
    listText(entry.tags),
    listText(entry.deps),
    entry.summary,
    entry.location,
    entry.owner,
    entry.risk,
    listText(entry.line_references),
    entry.signature,
    listText(entry.notes),
    entry.pseudocode,
  ];
}

function listFrom(text: string): readonly string[] {
  return text === "[]" ? [] : JSON.parse(text);
}

function listText(items: readonly string[]): string {
  return items.length === 0 ? "[]" : JSON.stringify(items);
}

export function entryNamed(db: Database, codename: string): StoredEntry | undefined {
  const sql = `SELECT ${COLUMNS} FROM dict_entries WHERE codename = ?`;
  const [row] = db.query<Row, [string]>(sql).values(codename) as unknown as Row[];
  return row && entryFrom(row);
}

/** @param where a test of the columns, an order and a limit */
export function entriesWhere(
  db: Database,
  where: string,
  values: readonly SQLQueryBindings[],
): StoredEntry[] {
  using statement = db.prepare<Row, SQLQueryBindings[]>(`SELECT ${COLUMNS} FROM dict_entries WHERE ${where}`);
  return (statement.values(...values) as unknown as Row[]).map(entryFrom);
}

export function allEntries(db: Database): StoredEntry[] {
  return entriesWhere(db, "TRUE ORDER BY codename", []);
}

const HOLDERS = COLUMNS.replace(/\w+/g, "?");

/**
 * The items of a list as SQL, for the indexes: JSON without its signs. What JSON escapes is put back as far as it divides words,
 * behind a stand-in for the backslash itself.
 */
function itemsSql(column: string): string {
  const signs: readonly (readonly [written: string, text: string])[] = [
    ["\\\\", "char(1)"],
    ["\\n", "char(10)"],
    ["\\t", "' '"],
    ["\\r", "' '"],
    ['\\"', "'\"'"],
    ['","', "char(10)"],
  ];
  const items = signs.reduce(
    (sql, [written, text]) => `replace(${sql}, '${written}', ${text})`,
    `substr(${column}, 3, length(${column}) - 4)`,
  );
  return `CASE ${column} WHEN '[]' THEN '' ELSE replace(${items}, char(1), '\\') END`;
}

const TEXT_COLUMNS = ["summary", "pseudocode", "signature", "location", "owner", "risk", "kind"];

/** The parts of a row that each index holds, as SQL. An index without contents of its own has to be told the same when it is to forget. */
const INDEXES = [
  { name: "dict_names", columns: "codename, symbol, tags", values: `codename, symbol, ${itemsSql("tags")}` },
  {
    name: "dict_texts",
    columns: "texts",
    values: [...TEXT_COLUMNS, itemsSql("notes")].join(" || char(10) || "),
  },
];

/** Writes entries, in a transaction. A row is searched once it is indexed, which is done for many of them in one go. */
export class EntryWriter {
  readonly #insert: Statement;

  constructor(private readonly db: Database) {
    this.#insert = db.query(`INSERT INTO dict_entries (${COLUMNS}) VALUES (${HOLDERS})`);
  }

  /** The greatest number of a row: each that is added has a greater one. */
  lastId(): number {
    return numberOf(this.db, "SELECT coalesce(max(id), 0) FROM dict_entries");
  }

  /** Adds a row, which is not indexed yet. */
  insert(entry: StoredEntry): void {
    this.#insert.run(...rowOf(entry));
  }

  /** Indexes rows with these numbers. */
  index(first: number, last: number = Number.MAX_SAFE_INTEGER): void {
    for (const { name, columns, values } of INDEXES) {
      const sql = `INSERT INTO ${name} (rowid, ${columns}) SELECT id, ${values} FROM dict_entries WHERE id BETWEEN ? AND ? ORDER BY id`;
      this.db.query(sql).run(first, last);
    }
  }

  update(before: StoredEntry, after: StoredEntry): void {
    const id = this.#unindex(before);
    this.db
      .query(`UPDATE dict_entries SET (${COLUMNS}) = (${HOLDERS}) WHERE id = ?`)
      .run(...rowOf(after), id);
    this.index(id, id);
  }

  remove(entry: StoredEntry): void {
    this.db.query("DELETE FROM dict_entries WHERE id = ?").run(this.#unindex(entry));
  }

  /** @returns the number of the row */
  #unindex({ codename }: StoredEntry): number {
    const find = this.db.query<{ id: number }, [string]>("SELECT id FROM dict_entries WHERE codename = ?");
    const { id } = find.get(codename)!;
    for (const { name, columns, values } of INDEXES) {
      const sql = `INSERT INTO ${name} (${name}, rowid, ${columns}) SELECT 'delete', id, ${values} FROM dict_entries WHERE id = ?`;
      this.db.query(sql).run(id);
    }
    return id;
  }
}
