/**
 * Removes scans from the store, a few thousand lines a transaction, so that writers wait for none of it long. The id of a scan goes first:
 * from then on nobody sees it or its lines, and its key is free. Where a program ends half-way, the next removal goes on.
 */
import type { Database } from "bun:sqlite";
import type { Retention } from "../results/journal.ts";
import type { Store } from "./store.ts";

/** Lines that are removed in one transaction. */
const LINES_AT_ONCE = 5_000;

/** @returns false where there is no such scan */
export function removeScan(store: Store, id: string): boolean {
  const isThere = store.write((db) => hide(db, "id = ?", [id]) > 0);
  if (isThere) sweep(store);
  return isThere;
}

/** @returns how many scans went */
export function removeEnded(store: Store, { before, scans }: Retention): number {
  if (before === undefined && scans === undefined) return 0;
  const time = before === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(before);
  const removed = store.write((db) => {
    const ended = "SELECT scan FROM scan_states WHERE ended < ?";
    const newest = "SELECT number FROM scans WHERE id IS NOT NULL ORDER BY id DESC LIMIT ?";
    return hide(db, `number IN (${ended}) AND number NOT IN (${newest})`, [time, scans ?? 0]);
  });
  sweep(store);
  if (before !== undefined) removeHappenings(store, time);
  if (removed > 0) store.compact();
  return removed;
}

function hide(db: Database, where: string, values: readonly (string | number)[]): number {
  const sql = `UPDATE scans SET id = NULL, key = NULL, request = NULL, hidden = NULL WHERE id IS NOT NULL AND ${where}`;
  return db.query(sql).run(...values).changes;
}

/** Removes the rows of hidden scans. */
function sweep(store: Store): void {
  const find = () =>
    store.db.query<{ number: number }, []>("SELECT number FROM scans WHERE id IS NULL LIMIT 1").get();
  for (let hidden = find(); hidden !== null; hidden = find()) {
    const { number } = hidden;
    while (store.write((db) => removeLines(db, "scan = ?", [number]) > 0));
    store.write((db) => {
      db.query("DELETE FROM scan_states WHERE scan = ?").run(number);
      db.query("DELETE FROM scans WHERE number = ?").run(number);
    });
  }
}

function removeHappenings(store: Store, before: number): void {
  while (store.write((db) => removeLines(db, "scan IS NULL AND time < ?", [before]) > 0));
}

function removeLines(db: Database, where: string, values: readonly number[]): number {
  const sql = `DELETE FROM journal WHERE seq IN (SELECT seq FROM journal WHERE ${where} LIMIT ${LINES_AT_ONCE})`;
  return db.query(sql).run(...values).changes;
}
