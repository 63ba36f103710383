/** Who changed what, when. Nothing is ever taken out of it. Each change is a line of the journal, too. */
import type { Database, SQLQueryBindings, Statement } from "bun:sqlite";
import type { Change, HistoryQuery, StoredEntry, Value } from "../dictionary/dictionary.ts";
import { differences, type Entry, FIELDS } from "../dictionary/entry.ts";
import { entryNamed } from "./dictionary-rows.ts";
import { insertHappening } from "./journal-lines.ts";

type Fields = Change["fields"];

interface Recorded {
  readonly who: string;
  readonly at: string;
  readonly action: Change["action"];
  /** As it has become; of a removal, as it was. */
  readonly entry: StoredEntry;
  /** As it was, of an edit. */
  readonly before?: StoredEntry;
}

/** Writes down changes, in their transaction. */
export class HistoryWriter {
  readonly #insert: Statement;

  constructor(private readonly db: Database) {
    this.#insert = db.query(
      "INSERT INTO dict_history (codename, revision, at, who, action, fields) VALUES (?, ?, ?, ?, ?, ?)",
    );
  }

  record({ who, at, action, entry, before }: Recorded): void {
    const { codename, revision } = entry;
    this.#insert.run(codename, revision, at, who, action, fieldsText(action, entry, before));
    insertHappening(this.db, Date.parse(at), { type: "dictionary", codename, revision, action, who });
  }

  /** The same for all entries whose rows have a greater number, which were added in this transaction. */
  recordAdditions(id: number, { who, at }: Pick<Recorded, "who" | "at">): void {
    const sql = `
      INSERT INTO dict_history (codename, revision, at, who, action, fields)
      SELECT codename, revision, ?, ?, 'add', ? FROM dict_entries WHERE id > ? ORDER BY id`;
    this.db.query(sql).run(at, who, NO_FIELDS, id);
    using added = this.db.prepare<Pick<Change, "codename" | "revision">, [number]>(
      "SELECT codename, revision FROM dict_entries WHERE id > ? ORDER BY id",
    );
    for (const { codename, revision } of added.iterate(id)) {
      insertHappening(this.db, Date.parse(at), {
        type: "dictionary",
        codename,
        revision,
        action: "add",
        who,
      });
    }
  }
}

/** An addition needs no copy of what was added: see `withAdditions`. */
const NO_FIELDS = "{}";

function fieldsText(action: Change["action"], entry: StoredEntry, before: StoredEntry | undefined): string {
  if (action === "add") return NO_FIELDS;
  if (before === undefined) return JSON.stringify(all(entry, (value) => [value, null]));
  const changed = differences(before, entry).map((field) => [field, [before[field], entry[field]]]);
  return JSON.stringify(Object.fromEntries(changed));
}

interface Row extends Omit<Change, "fields"> {
  readonly fields: string;
}

/** Lists changes, the newest first. */
export function historyOf(db: Database, { codename, who, before, limit }: HistoryQuery): Change[] {
  const tests: string[] = [];
  const values: SQLQueryBindings[] = [];
  const test = (sql: string, value: SQLQueryBindings | undefined) => {
    if (value === undefined) return;
    tests.push(sql);
    values.push(value);
  };
  test("codename = ?", codename);
  const where = () => tests.join(" AND ") || "TRUE";
  const read = (most: number) =>
    db
      .query<Row, SQLQueryBindings[]>(
        `SELECT seq, codename, revision, at, who, action, fields FROM dict_history WHERE ${where()} ORDER BY seq DESC LIMIT ${most}`,
      )
      .all(...values)
      .map((row) => ({ ...row, fields: JSON.parse(row.fields) as Fields }));
  const most = Math.max(0, Math.trunc(limit ?? -1)) || -1;
  if (codename !== undefined) {
    // Additions are worked out from all that followed.
    const chosen = withAdditions(read(-1), entryNamed(db, codename)).filter(
      (change) => (who === undefined || change.who === who) && (before === undefined || change.seq < before),
    );
    return limit === undefined ? chosen : chosen.slice(0, limit);
  }
  test("who = ?", who);
  test("seq < ?", before);
  return limit === 0 ? [] : read(most);
}

/** Fills in what was added: the entry as it is, or as it was removed, with all later edits undone. @param changes the newest first */
function withAdditions(changes: readonly Change[], current: StoredEntry | undefined): Change[] {
  let state: Record<string, Value> = { ...(current as Entry | undefined) };
  return changes.map((change) => {
    if (change.action === "add") return { ...change, fields: all(state, (value) => [null, value]) };
    if (change.action === "remove") state = {};
    for (const [field, [before]] of Object.entries(change.fields)) state[field] = before;
    return change;
  });
}

/** Takes each field of an entry that says something, but for its codename. */
function all(
  entry: Entry | Readonly<Record<string, Value>>,
  pair: (value: Value) => readonly [Value, Value],
): Fields {
  const values = entry as Readonly<Record<string, Value>>;
  const fields = FIELDS.filter((field) => field !== "codename" && (values[field] ?? "").length > 0);
  return Object.fromEntries(fields.map((field) => [field, pair(values[field]!)]));
}
