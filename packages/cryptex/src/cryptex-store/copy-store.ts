/** Copies a store. SQLite does that in one go, so a thread does it. */
import { closeSync, openSync, rmSync } from "node:fs";
import { inThread } from "#kit/thread.ts";
import { WORK_THREAD } from "../work-thread-url.ts";
import type { Store } from "./store.ts";

export interface CopyRequest {
  /** Paths of the store and of an empty file. */
  readonly from: string;
  readonly to: string;
}

/**
 * Writes a copy of the store into a new file, for its owner alone. Nothing is left of one that is given up.
 * @throws ProgramError with the code of StoreError; the system's error where the file cannot be made; the signal's reason
 */
export async function copyStore(
  store: Pick<Store, "path">,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  // Made here, since SQLite would give it the umask's mode; it takes an empty file for none.
  closeSync(openSync(path, "wx", 0o600));
  try {
    const request: CopyRequest = { from: store.path, to: path };
    await inThread(WORK_THREAD, request, { signal, work: "copy", failure: "the store could not be copied" });
  } catch (error) {
    for (const left of [path, `${path}-journal`]) rmSync(left, { force: true });
    throw error;
  }
}
