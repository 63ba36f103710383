/**
 * The journal in the store. Every append is one transaction with the change of the scan's record; several programs may write
 * at a time, and each hears of what the others write.
 */
import type { Database, SQLQueryBindings } from "bun:sqlite";
import {
  type Happening,
  type Journal,
  JournalError,
  type JournalFrame,
  type JournalLine,
  type LineQuery,
  type NewScan,
  type Retention,
  type ScanChange,
  type ScanQuery,
  type ScanRecord,
  type ScanState,
} from "../results/journal.ts";
import type { ScanEvent } from "../scan-runner/events.ts";
import { framesOf, insertHappening, insertLines, linesOf } from "./journal-lines.ts";
import { numberOf } from "./migrations.ts";
import { hideEnded, hideScan, sweep } from "./remove-scans.ts";
import {
  insertScan,
  objectOrNull,
  recordOf,
  type ScanRow,
  type StateRow,
  scansWhere,
  scanWithId,
  textOrNull,
  updateState,
} from "./scan-rows.ts";
import type { Store } from "./store.ts";

/** @param now tells the time, milliseconds since 1970 */
export function storedJournal(store: Store, now: () => number = Date.now): Journal {
  return new StoredJournal(store, now);
}

class StoredJournal implements Journal {
  constructor(
    private readonly store: Store,
    private readonly now: () => number,
  ) {}

  create(scan: NewScan): ScanRecord {
    return this.store.write((db) => {
      refuseDuplicate(db, scan.origin, scan.key);
      const now = this.now();
      const id = Bun.randomUUIDv7("hex", now);
      const number = insertScan(db, id, scan, now);
      insertLines(db, now, number, [{ type: "scan", state: scan.state }]);
      return recordOf(scanWithId(db, id)!);
    });
  }

  scan(id: string): ScanRecord | undefined {
    const row = this.store.read((db) => scanWithId(db, id));
    return row && recordOf(row);
  }

  hidden(id: string): { hidden: unknown; checkpoint: unknown } | undefined {
    const sql =
      "SELECT hidden, checkpoint FROM scans JOIN scan_states ON scan_states.scan = scans.number WHERE id = ?";
    type Row = { hidden: string | null; checkpoint: string | null };
    const row = this.store.read((db) => db.query<Row, [string]>(sql).get(id));
    if (row === null) return undefined;
    return { hidden: objectOrNull(row.hidden), checkpoint: objectOrNull(row.checkpoint) };
  }

  scans({ states, origin, since, ruleset, complete, before, limit }: ScanQuery): ScanRecord[] {
    const tests = ["id IS NOT NULL"];
    const values: SQLQueryBindings[] = [];
    const test = (sql: string, ...given: readonly (SQLQueryBindings | undefined)[]) => {
      const known = given.filter((value) => value !== undefined);
      if (known.length === 0) return;
      tests.push(sql);
      values.push(...known);
    };
    test("state IN (SELECT value FROM json_each(?))", states && JSON.stringify(states));
    test("origin = ?", origin);
    test("created >= ?", since && Date.parse(since));
    const digest = ruleset?.replace(/^(?!sha256:)/, "sha256:");
    const isOf = "start_line ->> '$.ruleset.alias' = ? OR instr(start_line ->> '$.ruleset.digest', ?) = 1";
    test(`(${isOf})`, ruleset, digest);
    const isComplete = "coalesce(state = 'done' AND end_line ->> '$.complete', 0)";
    test(`${isComplete} = ?`, complete === undefined ? undefined : Number(complete));
    test("id < ?", before);
    const where = `${tests.join(" AND ")} ORDER BY id DESC LIMIT ?`;
    return this.store.read((db) => scansWhere(db, where, [...values, limit])).map(recordOf);
  }

  append(scan: string, lines: readonly ScanEvent[], change: ScanChange = {}): number {
    return this.store.write((db) => {
      const before = openScan(db, scan);
      if (change.key !== undefined) setKey(db, before, change.key);
      const now = this.now();
      const after = changed(before, lines, change, now);
      const news = after.state === before.state ? [] : [stateLine(after.state, change.reason)];
      // That it runs stands before its lines, that it has ended behind them.
      const order = hasEnded(after.state) ? [...lines, ...news] : [...news, ...lines];
      const last = insertLines(db, now, before.number, order);
      updateState(db, after);
      return last || lastSeq(db);
    });
  }

  note(happening: Exclude<Happening, { type: "scan" }>): number {
    return this.store.write((db) => insertHappening(db, this.now(), happening));
  }

  read(query: LineQuery): JournalLine[] {
    return this.store.read((db) => linesOf(db, query));
  }

  frames(query: LineQuery): JournalFrame[] {
    return this.store.read((db) => framesOf(db, query));
  }

  bounds(): { first: number; last: number } {
    return this.store.read((db) => ({
      first: numberOf(db, "SELECT coalesce(min(seq), 0) FROM journal"),
      last: lastSeq(db),
    }));
  }

  onWritten(listener: () => void): () => void {
    return this.store.onWritten(listener);
  }

  remove(scan: string): boolean {
    return hideScan(this.store, scan) > 0;
  }

  async prune(kept: Retention, signal?: AbortSignal): Promise<number> {
    const removed = hideEnded(this.store, kept);
    await sweep(this.store, kept.before, signal);
    return removed;
  }
}

/** @throws JournalError */
function refuseDuplicate(db: Database, origin: string, key: string | undefined): void {
  if (key === undefined) return;
  const [there] = scansWhere(db, "origin = ? AND key = ?", [origin, key]);
  if (there) {
    throw new JournalError(
      "duplicate",
      `this result of ${JSON.stringify(origin)} is there already`,
      there.id,
    );
  }
}

/** @throws JournalError */
function setKey(db: Database, { number, origin }: ScanRow, key: string): void {
  refuseDuplicate(db, origin, key);
  db.query("UPDATE scans SET key = ? WHERE number = ?").run(key, number);
}

/** @throws JournalError */
function openScan(db: Database, id: string): ScanRow {
  const row = scanWithId(db, id);
  if (!row) throw new JournalError("not-found", "there is no such scan");
  if (hasEnded(row.state)) {
    throw new JournalError("ended", `the scan is ${row.state} already, and takes no more lines`, id);
  }
  return row;
}

function hasEnded(state: ScanState): boolean {
  return state !== "waiting" && state !== "running";
}

function stateLine(state: ScanState, reason: string | undefined) {
  return { type: "scan", state, ...(reason === undefined ? {} : { reason }) } as const;
}

function changed(row: ScanRow, lines: readonly ScanEvent[], change: ScanChange, now: number): StateRow {
  const start = lines.find(({ type }) => type === "start");
  const end = lines.find(({ type }) => type === "end");
  const state = change.state ?? (end ? "done" : start ? "running" : row.state);
  const counts: Record<string, number> = JSON.parse(row.counts);
  for (const { type } of lines) counts[type] = (counts[type] ?? 0) + 1;
  return {
    number: row.number,
    state,
    // One that is cancelled while it waits has never started.
    started: row.started ?? (state === "running" || state === "done" ? now : null),
    ended: hasEnded(state) ? now : null,
    start_line: textOfLine(start) ?? row.start_line,
    end_line: textOfLine(end) ?? row.end_line,
    counts: JSON.stringify(counts),
    reason: change.reason ?? row.reason,
    checkpoint: textOrNull(change.checkpoint) ?? row.checkpoint,
  };
}

function textOfLine(line: ScanEvent | undefined): string | null {
  if (line === undefined) return null;
  const { type: _, ...data } = line;
  return JSON.stringify(data);
}

/** Returns the greatest number that was ever given. */
function lastSeq(db: Database): number {
  return numberOf(db, "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'journal'");
}
