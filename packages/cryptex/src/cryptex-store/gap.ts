/** Gap reports in the store: the last of each code base, counts of earlier ones, what people set, what entries were told. */
import type { Database } from "bun:sqlite";
import type { Counts, Facts, GapReport } from "../gap/gap-report.ts";
import type { GapPoint, GapStore, KeptReport, LinkedStatus } from "../gap/gap-store.ts";
import type { Store } from "./store.ts";

/** @param now tells the time, milliseconds since 1970 */
export function storedGap(store: Store, now: () => number = Date.now): GapStore {
  return new StoredGap(store, now);
}

/** Points of a code base: with one a day, those of twenty-seven years. Older ones go. */
const MOST_POINTS = 10_000;

class StoredGap implements GapStore {
  constructor(
    private readonly store: Store,
    private readonly now: () => number,
  ) {}

  last(root: string): KeptReport | undefined {
    type Row = { at: string | null; report: string | null };
    const sql = "SELECT at, report FROM gap_roots WHERE root = ?";
    const row = this.store.read((db) => db.query<Row, [string]>(sql).get(root));
    if (row?.at == null || row.report === null) return undefined;
    return { at: row.at, report: JSON.parse(row.report) as GapReport };
  }

  keep(root: string, report: GapReport): void {
    this.store.write((db) => {
      const id = idOf(db, root);
      const at = new Date(this.now()).toISOString();
      db.query("UPDATE gap_roots SET at = ?, report = ? WHERE id = ?").run(at, JSON.stringify(report), id);
      addPoint(db, id, at, JSON.stringify(report.counts));
    });
  }

  history(root: string): GapPoint[] {
    type Row = { at: string; counts: string };
    const sql =
      "SELECT gap_points.at, counts FROM gap_points JOIN gap_roots ON gap_roots.id = gap_points.root WHERE gap_roots.root = ? ORDER BY gap_points.id";
    const rows = this.store.read((db) => db.query<Row, [string]>(sql).all(root));
    return rows.map(({ at, counts }) => ({ at, counts: JSON.parse(counts) as Counts }));
  }

  facts(root: string): ReadonlyMap<string, Facts> {
    type Row = { component: string; responsible: string | null; linked_cryptex: string | null };
    const sql =
      "SELECT component, responsible, linked_cryptex FROM gap_facts JOIN gap_roots ON gap_roots.id = gap_facts.root WHERE gap_roots.root = ?";
    const rows = this.store.read((db) => db.query<Row, [string]>(sql).all(root));
    return new Map(rows.map(({ component, ...facts }) => [component, facts]));
  }

  setFacts(root: string, component: string, { responsible, linked_cryptex }: Facts): void {
    this.store.write((db) => {
      const id = idOf(db, root);
      db.query("INSERT OR IGNORE INTO gap_facts (root, component) VALUES (?, ?)").run(id, component);
      const set = (column: string, value: string | null | undefined) => {
        if (value === undefined) return;
        db.query(`UPDATE gap_facts SET ${column} = ? WHERE root = ? AND component = ?`).run(
          value,
          id,
          component,
        );
      };
      set("responsible", responsible);
      set("linked_cryptex", linked_cryptex);
    });
  }

  settle(root: string, codename: string, status: LinkedStatus | null, change: () => boolean): void {
    this.store.write((db) => {
      const id = idOf(db, root);
      type Row = { status: string | null };
      const sql = "SELECT status FROM gap_settled WHERE root = ? AND codename = ?";
      const before = db.query<Row, [number, string]>(sql).get(id, codename);
      if (before?.status === status || (status !== null && !change())) return;
      db.query("INSERT OR REPLACE INTO gap_settled (root, codename, status) VALUES (?, ?, ?)").run(
        id,
        codename,
        status,
      );
    });
  }

  settleOnly(root: string, codenames: readonly string[]): void {
    this.store.write((db) => {
      const sql =
        "DELETE FROM gap_settled WHERE root = ? AND codename NOT IN (SELECT value FROM json_each(?))";
      db.query(sql).run(idOf(db, root), JSON.stringify(codenames));
    });
  }
}

function idOf(db: Database, root: string): number {
  db.query("INSERT OR IGNORE INTO gap_roots (root) VALUES (?)").run(root);
  return db.query<{ id: number }, [string]>("SELECT id FROM gap_roots WHERE root = ?").get(root)!.id;
}

function addPoint(db: Database, root: number, at: string, counts: string): void {
  const sql = "SELECT counts FROM gap_points WHERE root = ? ORDER BY id DESC LIMIT 1";
  const last = db.query<{ counts: string }, [number]>(sql).get(root);
  if (last?.counts === counts) return;
  db.query("INSERT INTO gap_points (root, at, counts) VALUES (?, ?, ?)").run(root, at, counts);
  db.query(
    `DELETE FROM gap_points WHERE root = ?1 AND id <= (
      SELECT id FROM gap_points WHERE root = ?1 ORDER BY id DESC LIMIT 1 OFFSET ${MOST_POINTS})`,
  ).run(root);
}
