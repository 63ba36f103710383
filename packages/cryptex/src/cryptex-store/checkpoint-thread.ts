/** Thread that moves what is in a store's log into its pages, until the log has begun anew. */
import { Database } from "bun:sqlite";
import { type Cancel, serve, stopIfCancelled } from "#kit/thread.ts";
import { type CheckpointRequest, LOG_BYTES, logBytes } from "./checkpoints.ts";
import { numberOf } from "./migrations.ts";

/**
 * Passes in a row. The log begins anew with the first write that finds all of it moved, so that a pass must end between two writes: after a
 * few where they come twenty milliseconds apart.
 */
const MOST_PASSES = 500;
/** If nothing is written for this long, nothing is in a hurry. */
const QUIET_MS = 100;

await serve(({ path }: CheckpointRequest, { cancel }) => moveLog(path, cancel));

function moveLog(path: string, cancel: Cancel): void {
  const db = new Database(path, { readwrite: true, create: false });
  try {
    for (let pass = 0; pass < MOST_PASSES; pass++) {
      stopIfCancelled(cancel);
      db.query("PRAGMA wal_checkpoint(PASSIVE)").get();
      // Right after a write there is the most time before the next one.
      if (!isWrittenTo(db) || logBytes(path) < LOG_BYTES) return;
    }
  } finally {
    db.close();
  }
}

/** Waits for the next write. @returns false where there is none for a while */
function isWrittenTo(db: Database): boolean {
  const before = numberOf(db, "PRAGMA data_version");
  for (let waitedMs = 0; waitedMs < QUIET_MS; waitedMs++) {
    Bun.sleepSync(1);
    if (numberOf(db, "PRAGMA data_version") !== before) return true;
  }
  return false;
}
