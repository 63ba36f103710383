/** Lines of the journal as rows. A row's data is JSON that is safe on a terminal: the line without its type, in the order of its keys. */
import type { Database, SQLQueryBindings } from "bun:sqlite";
import { safeJson } from "#kit/format/visible.ts";
import type { Happening, JournalFrame, JournalLine, LineQuery } from "../results/journal.ts";
import type { ScanEvent } from "../scan-runner/events.ts";

/** A scan's change of state, as a line of that scan. */
type StateLine = Omit<Extract<Happening, { type: "scan" }>, "scan">;
type OtherHappening = Exclude<Happening, { type: "scan" }>;

/** Writes lines, in a transaction. Null as the scan's number: of none. @returns `seq` of the last; 0 where there is none */
export function insertLines(
  db: Database,
  time: number,
  scan: number | null,
  lines: Iterable<ScanEvent | StateLine | OtherHappening>,
): number {
  const insert = db.query("INSERT INTO journal (time, scan, type, data) VALUES (?, ?, ?, ?)");
  let last: number | bigint = 0;
  for (const { type, ...data } of lines) {
    last = insert.run(time, scan, type, safeJson(data)).lastInsertRowid;
  }
  return Number(last);
}

/** Writes down what belongs to no scan. @returns its `seq` */
export function insertHappening(db: Database, time: number, happening: OtherHappening): number {
  return insertLines(db, time, null, [happening]);
}

interface Row {
  readonly seq: number;
  readonly time: number;
  readonly type: string;
  readonly scan: string | null;
  readonly data: string;
}

export function linesOf(db: Database, query: LineQuery): JournalLine[] {
  return rowsOf(db, query).map(({ seq, time, type, scan, data }) => ({
    seq,
    time: new Date(time).toISOString(),
    type,
    scan,
    data: JSON.parse(data) as JournalLine["data"],
  }));
}

export function framesOf(db: Database, query: LineQuery): JournalFrame[] {
  return rowsOf(db, query).map(({ seq, time, type, scan, data }) => {
    const fields = data === "{}" ? "}" : `,${data.slice(1)}`;
    const of = scan === null ? "null" : `"${scan}"`;
    const at = new Date(time).toISOString();
    return { seq, type, scan, text: `{"seq":${seq},"time":"${at}","type":"${type}","scan":${of}${fields}` };
  });
}

/** The lines of one scan are found by an index, in which rows of one scan stand in the order of `seq`. */
function rowsOf(db: Database, query: LineQuery): Row[] {
  const { after = 0, scan, types, limit, most = Number.POSITIVE_INFINITY } = query;
  const tests = ["journal.seq > ?"];
  const values: SQLQueryBindings[] = [after];
  if (scan !== undefined) {
    tests.push("journal.scan = (SELECT number FROM scans WHERE id = ?)");
    values.push(scan);
  }
  if (types !== undefined) {
    tests.push("journal.type IN (SELECT value FROM json_each(?))");
    values.push(JSON.stringify(types));
  }
  // Lines of a scan that is being removed are not shown.
  using statement = db.prepare<Row, SQLQueryBindings[]>(`
    SELECT journal.seq, journal.time, journal.type, scans.id AS scan, journal.data
    FROM journal LEFT JOIN scans ON scans.number = journal.scan
    WHERE ${tests.join(" AND ")} AND (journal.scan IS NULL OR scans.id IS NOT NULL)
    ORDER BY journal.seq LIMIT ?`);
  const rows: Row[] = [];
  let read = 0;
  for (const row of statement.iterate(...values, limit)) {
    rows.push(row);
    read += row.data.length;
    if (read >= most) break;
  }
  return rows;
}
