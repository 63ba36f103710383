/**
 * Removes scans from the store. The id of a scan goes first, in one short transaction: from then on nobody sees it or its lines, and its key
 * is free. Its lines go a few thousand at a time, so that neither those who write nor the program itself waits for it long. Where that ends
 * half-way, the next sweep goes on.
 */
import type { Database } from "bun:sqlite";
import { setImmediate } from "node:timers/promises";
import type { Retention } from "../results/journal.ts";
import type { Store } from "./store.ts";

/** Lines that are removed in one transaction: some 10 ms. */
const LINES_AT_ONCE = 2_000;

/** @returns how many scans went */
export function hideScan(store: Store, id: string): number {
  return store.write((db) => hide(db, "id = ?", [id]));
}

/** @returns how many scans went */
export function hideEnded(store: Store, { before, scans }: Retention): number {
  if (before === undefined && scans === undefined) return 0;
  const ended = "SELECT scan FROM scan_states WHERE ended < ?";
  const newest = "SELECT number FROM scans WHERE id IS NOT NULL ORDER BY id DESC LIMIT ?";
  const time = before === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(before);
  const where = `number IN (${ended}) AND number NOT IN (${newest})`;
  return store.write((db) => hide(db, where, [time, scans ?? 0]));
}

function hide(db: Database, where: string, values: readonly (string | number)[]): number {
  const sql = `UPDATE scans SET id = NULL, key = NULL, request = NULL, hidden = NULL WHERE id IS NOT NULL AND ${where}`;
  return db.query(sql).run(...values).changes;
}

/**
 * Removes the lines of hidden scans, and what else happened before a time, and gives their room back to the disk.
 * @param before ISO 8601
 * @throws StoreError; the signal's reason
 */
export async function sweep(
  store: Store,
  before: string | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  let steps = 0;
  const all = async (step: () => boolean) => {
    for (; step(); steps++) {
      await setImmediate();
      signal?.throwIfAborted();
    }
  };
  await all(() => sweepScan(store));
  if (before !== undefined)
    await all(() => removeLines(store, "scan IS NULL AND time < ?", Date.parse(before)));
  if (steps > 0) await all(() => store.compactALittle());
}

/** Removes some of a hidden scan. @returns false where there is none */
function sweepScan(store: Store): boolean {
  const hidden = store.read((db) =>
    db.query<{ number: number }, []>("SELECT number FROM scans WHERE id IS NULL LIMIT 1").get(),
  );
  if (hidden === null) return false;
  const { number } = hidden;
  if (removeLines(store, "scan = ?", number)) return true;
  store.write((db) => {
    db.query("DELETE FROM scan_states WHERE scan = ?").run(number);
    db.query("DELETE FROM scans WHERE number = ?").run(number);
  });
  return true;
}

/** @returns false where there was none */
function removeLines(store: Store, where: string, value: number): boolean {
  const sql = `DELETE FROM journal WHERE seq IN (SELECT seq FROM journal WHERE ${where} LIMIT ${LINES_AT_ONCE})`;
  return store.write((db) => db.query(sql).run(value).changes > 0);
}
