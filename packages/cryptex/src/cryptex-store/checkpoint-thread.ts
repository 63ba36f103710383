/** Thread that moves what is in a store's log into its pages. */
import { Database } from "bun:sqlite";
import { type Cancel, serve, stopIfCancelled } from "#kit/thread.ts";
import type { CheckpointRequest } from "./checkpoints.ts";

/** While it works, others write: each time there is less to move, and in a pause nothing is left, so that the log begins anew. */
const MOST_TIMES = 20;

await serve(({ path }: CheckpointRequest, { cancel }) => moveLog(path, cancel));

function moveLog(path: string, cancel: Cancel): void {
  const db = new Database(path, { readwrite: true, create: false });
  try {
    const query = db.query<{ log: number; checkpointed: number }, []>("PRAGMA wal_checkpoint(PASSIVE)");
    for (let times = 0; times < MOST_TIMES; times++) {
      stopIfCancelled(cancel);
      const { log, checkpointed } = query.get()!;
      if (log === checkpointed) return;
    }
  } finally {
    db.close();
  }
}
