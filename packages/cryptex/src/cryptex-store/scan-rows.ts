/** Rows of scans: what each was asked for, and what has come of it so far. */
import type { Database, SQLQueryBindings } from "bun:sqlite";
import type { NewScan, ScanRecord, ScanState } from "../results/journal.ts";

export interface ScanRow {
  readonly number: number;
  readonly id: string;
  readonly origin: string;
  readonly created: number;
  readonly request: string | null;
  readonly state: ScanState;
  readonly started: number | null;
  readonly ended: number | null;
  readonly start_line: string | null;
  readonly end_line: string | null;
  readonly counts: string;
  readonly reason: string | null;
  readonly checkpoint: string | null;
}

/** Columns that change as a scan goes on. */
export type StateRow = Pick<
  ScanRow,
  "number" | "state" | "started" | "ended" | "start_line" | "end_line" | "counts" | "reason" | "checkpoint"
>;

const SELECT = `
  SELECT number, id, origin, created, request, state, started, ended, start_line, end_line, counts, reason, checkpoint
  FROM scans JOIN scan_states ON scan_states.scan = scans.number`;

/** @param where a test of the columns, an order and a limit */
export function scansWhere(db: Database, where: string, values: readonly SQLQueryBindings[]): ScanRow[] {
  return db.query<ScanRow, SQLQueryBindings[]>(`${SELECT} WHERE ${where}`).all(...values);
}

export function scanWithId(db: Database, id: string): ScanRow | undefined {
  return scansWhere(db, "id = ?", [id])[0];
}

/** @returns its number */
export function insertScan(db: Database, id: string, scan: NewScan, now: number): number {
  const sql = `INSERT INTO scans (id, origin, key, created, request, hidden) VALUES (?, ?, ?, ?, ?, ?)`;
  const { origin, key = null, request, hidden, state } = scan;
  const { lastInsertRowid } = db
    .query(sql)
    .run(id, origin, key, now, textOrNull(request), textOrNull(hidden));
  const started = state === "waiting" ? null : now;
  const ended = state === "waiting" || state === "running" ? null : now;
  db.query("INSERT INTO scan_states (scan, state, started, ended, counts) VALUES (?, ?, ?, ?, '{}')").run(
    lastInsertRowid,
    state,
    started,
    ended,
  );
  return Number(lastInsertRowid);
}

export function updateState(db: Database, row: StateRow): void {
  const sql = `
    UPDATE scan_states
    SET state = ?, started = ?, ended = ?, start_line = ?, end_line = ?, counts = ?, reason = ?, checkpoint = ?
    WHERE scan = ?`;
  const { state, started, ended, start_line, end_line, counts, reason, checkpoint, number } = row;
  db.query(sql).run(state, started, ended, start_line, end_line, counts, reason, checkpoint, number);
}

export function recordOf(row: ScanRow): ScanRecord {
  return {
    id: row.id,
    state: row.state,
    origin: row.origin,
    createdAt: new Date(row.created).toISOString(),
    startedAt: timeOrNull(row.started),
    endedAt: timeOrNull(row.ended),
    request: objectOrNull(row.request) as ScanRecord["request"],
    start: objectOrNull(row.start_line) as ScanRecord["start"],
    end: (row.state === "done" ? objectOrNull(row.end_line) : null) as ScanRecord["end"],
    lines: JSON.parse(row.counts),
    reason: row.reason,
  };
}

function timeOrNull(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

export function objectOrNull(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}

export function textOrNull(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
