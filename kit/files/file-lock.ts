/**
 * A lock between programs. It is SQLite's lock on an empty database, which every system has, and which the system takes back however its
 * holder ends. The file stays when nobody holds the lock.
 */
import { Database } from "bun:sqlite";
import { pause } from "../abort.ts";
import { InputError } from "../errors.ts";

/** Others hold it for some milliseconds. */
const RETRY_MS = 10;

/**
 * Waits until nobody else holds the lock of a path, in this process or another, and takes it until it is disposed of, or collected.
 * @param path of the lock's file, which is made where it is missing
 * @throws InputError if it cannot be made; the signal's reason
 */
export async function lockFile(path: string, signal: AbortSignal): Promise<Disposable> {
  const database = opened(path);
  try {
    while (!isTaken(database, path)) await pause(RETRY_MS, signal);
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    [Symbol.dispose]() {
      database.close(); // gives the lock back
    },
  };
}

function opened(path: string): Database {
  try {
    const database = new Database(path, { create: true, readwrite: true });
    database.run("PRAGMA busy_timeout = 0");
    return database;
  } catch (cause) {
    throw cannotLock(path, cause);
  }
}

function isTaken(database: Database, path: string): boolean {
  try {
    database.run("PRAGMA journal_mode = MEMORY"); // no second file beside it
    database.run("BEGIN EXCLUSIVE");
    return true;
  } catch (cause) {
    if ((cause as { readonly code?: string }).code === "SQLITE_BUSY") return false;
    throw cannotLock(path, cause);
  }
}

function cannotLock(path: string, cause: unknown): InputError {
  return new InputError(`cannot lock ${path}: ${cause instanceof Error ? cause.message : cause}`, { cause });
}
