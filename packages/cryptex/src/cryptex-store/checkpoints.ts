/**
 * Moves what has been written from the store's log into its pages, in a thread. SQLite does that at the end of a write, where it waits for
 * the disk; whoever serves others must not (https://sqlite.org/wal.html, "Checkpointing").
 */
import { statSync } from "node:fs";
import { inThread } from "#kit/thread.ts";
import { WORK_THREAD } from "../work-thread-url.ts";
import type { Store } from "./store.ts";

export interface CheckpointRequest {
  /** Path of the store. */
  readonly path: string;
}

/** The log is moved from here on: some seconds of the most that a scan finds. */
export const LOG_BYTES = 16 * 2 ** 20;
/** From here on SQLite does it all the same, at the end of a write: the thread does not keep up, or fails. Pages, most of 4 KB each. */
const MOST_PAGES = 4 * (LOG_BYTES / 4_096);

export type Checkpoint = (request: CheckpointRequest, signal: AbortSignal) => Promise<void>;

const inItsThread: Checkpoint = (request, signal) =>
  inThread(WORK_THREAD, request, {
    signal,
    failure: "the store's log could not be moved",
    work: "checkpoint",
  });

/**
 * Does so for as long as it is not disposed of, which waits for what is under way.
 * @param checkpoint does it once
 */
export function checkpointsAside(store: Store, checkpoint: Checkpoint = inItsThread): AsyncDisposable {
  const closing = new AbortController();
  let work: Promise<void> | undefined;
  // The log begins anew once all of it has been moved; its file is then cut, so that its size tells how much there is to move.
  store.db.run("PRAGMA journal_size_limit = 0");
  store.db.run(`PRAGMA wal_autocheckpoint = ${MOST_PAGES}`);
  const off = store.afterWrites(() => {
    if (work !== undefined || logBytes(store.path) < LOG_BYTES) return;
    work = checkpoint({ path: store.path }, closing.signal)
      // What it meets, the next write of the store meets too, and tells.
      .catch(() => undefined)
      .finally(() => {
        work = undefined;
      });
  });
  return {
    async [Symbol.asyncDispose]() {
      off();
      closing.abort();
      await work;
    },
  };
}

export function logBytes(path: string): number {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}
