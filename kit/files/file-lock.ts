/**
 * A lock between programs. It is SQLite's lock on an empty database, which every system has, and which the system takes back however its
 * holder ends. What `lockFile` makes stays when nobody holds the lock; what `holdFile` makes is removed.
 */
import { constants, Database } from "bun:sqlite";
import { existsSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pause } from "../abort.ts";
import { InputError } from "../errors.ts";
import { realFolder } from "./links.ts";
import { identityOf } from "./same-file.ts";

const { SQLITE_OPEN_READWRITE, SQLITE_OPEN_CREATE, SQLITE_OPEN_NOFOLLOW } = constants;

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

/**
 * Takes the lock of a path unless somebody else holds it, until it is disposed of, or collected. Its file is removed then: it is for
 * folders of the user's, and for work that takes long.
 * @returns undefined where another has it
 * @throws InputError if the file cannot be made
 */
export function holdFile(path: string): Disposable | undefined {
  for (;;) {
    const file = identityOf(path);
    const database = opened(path);
    let isHeld = false;
    try {
      if (!isTaken(database, path)) return undefined;
      // Whoever held it may have removed the file meanwhile: the lock of that is worth nothing.
      isHeld = file !== undefined && identityOf(path) === file;
    } finally {
      if (!isHeld) database.close();
    }
    if (!isHeld) continue;
    return {
      [Symbol.dispose]() {
        if (!isHeld) return;
        isHeld = false;
        rmSync(path, { force: true }); // while nobody else can hold it
        database.close();
      },
    };
  }
}

/** Waits as `lockFile`, and removes as `holdFile`. @throws InputError if the file cannot be made; the signal's reason */
export async function holdFileInTurn(path: string, signal: AbortSignal): Promise<Disposable> {
  for (;;) {
    const held = holdFile(path);
    if (held) return held;
    await pause(RETRY_MS, signal);
  }
}

function opened(path: string): Database {
  try {
    // A link of that name may lead anywhere; folders on the way may be links.
    const place = join(realFolder(path), basename(path));
    const database = new Database(place, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW);
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

const WORDS: readonly (readonly [code: string, words: string])[] = [
  ["SQLITE_CANTOPEN", "no file can be made or written there, or it is a link"],
  ["SQLITE_READONLY", "it may not be written"],
  ["SQLITE_NOTADB", "it is another file"],
  ["SQLITE_IOERR", "the file system has no locks, or fails"],
];

function cannotLock(path: string, cause: unknown): InputError {
  const { code, message } = cause as { readonly code?: string; readonly message: string };
  const isLost = !existsSync(dirname(path));
  const words = isLost
    ? "there is no such folder"
    : (WORDS.find(([prefix]) => code?.startsWith(prefix))?.[1] ?? message);
  return new InputError(`cannot lock ${path}: ${words}`, { cause });
}
