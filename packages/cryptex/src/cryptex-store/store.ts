/**
 * The store: one SQLite database for the dictionary, for rule metadata and for what is known of files that were scanned. Several
 * programs may use one at a time. Readers never wait; writers wait for each other. What a write transaction has committed survives the end of
 * the program in any way, and a full disk.
 */
import { Database } from "bun:sqlite";
import { closeSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { writeRefusal } from "#kit/errors.ts";
import { dataFolder } from "#kit/files/user-folders.ts";
import { migrate, numberOf } from "./migrations.ts";
import { ANOTHER_STORE, explained, StoreError } from "./store-error.ts";
import { WriteListeners } from "./write-listeners.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface StoreOptions {
  /** Time that a writer waits for others; by default WAIT_MS. */
  readonly waitMs?: number;
  /** Environment that tells the default place; by default the process's. */
  readonly env?: Environment;
}

/** Far longer than any transaction of this program takes, and short enough to hear of one that hangs. */
const WAIT_MS = 30_000;

/**
 * Opens a store, or makes one. The default folder is made where it is missing, for its owner alone; any other must be there.
 * @param path undefined: what CRYPTEX_STORE names, else the default place
 * @throws StoreError
 */
export function openStore(path?: string, options: StoreOptions = {}): Store {
  const env = options.env ?? process.env;
  const named = path ?? (env["CRYPTEX_STORE"] || undefined);
  const place = resolve(named ?? join(dataFolder("cryptex", env), "cryptex.db"));
  if (place.includes("\0")) throw new StoreError("unreachable", "a path cannot hold a NUL character");
  if (named === undefined) makeFolder(dirname(place));
  makeFile(place);
  return connected(place, place, options);
}

/** Makes a store that ends with the program. */
export function openMemoryStore(): Store {
  return connected(":memory:", "in memory", {});
}

/** Memory for pages, taken as they are read: it holds the metadata of 12,768 rules, in which a search goes back and forth. */
const CACHE_KIB = 64 * 1024;

function connected(filename: string, path: string, { waitMs = WAIT_MS }: StoreOptions): Store {
  let db: Database | undefined;
  try {
    db = new Database(filename, { readwrite: true, create: false, strict: true });
    db.run(`PRAGMA busy_timeout = ${Math.trunc(waitMs)}`);
    // A schema that somebody else wrote runs nothing.
    db.run("PRAGMA trusted_schema = OFF");
    db.run("PRAGMA foreign_keys = ON");
    db.run(`PRAGMA cache_size = -${CACHE_KIB}`);
    // It can be set before there are tables alone.
    if (numberOf(db, "PRAGMA page_count") === 0) db.run("PRAGMA auto_vacuum = INCREMENTAL");
    migrate(db, path);
    keepLog(db);
    return new Store(db, path);
  } catch (error) {
    db?.close();
    throw explained(error, path);
  }
}

/** An open store. Closed by `using`. */
export class Store implements Disposable {
  readonly #listeners: WriteListeners;
  #isWriting = false;
  #isFlushing = true;

  constructor(
    /** For queries that `read` and `write` run. */
    readonly db: Database,
    readonly path: string,
  ) {
    this.#listeners = new WriteListeners(db);
  }

  /** Runs queries that all see the same state. @throws StoreError */
  read<T>(work: (db: Database) => T): T {
    if (this.#isWriting) return work(this.db);
    return this.#transaction("BEGIN", work);
  }

  /**
   * Runs changes of which all are kept or none. Waits for other writers. One within another is part of that.
   * @param flush false: does not wait for the disk. Where the machine itself fails, changes since the last flush may be undone, the newest first
   * @throws StoreError; what `work` throws. Nothing is changed then.
   */
  write<T>(work: (db: Database) => T, { flush = true } = {}): T {
    if (this.#isWriting) return work(this.db);
    this.#setFlushing(flush);
    const result = this.#transaction("BEGIN IMMEDIATE", (db) => {
      this.#isWriting = true;
      try {
        return work(db);
      } finally {
        this.#isWriting = false;
      }
    });
    this.#listeners.tell();
    return result;
  }

  /** Calls after each `write`, and soon after those of others. A listener does not throw. @returns a function that ends that */
  onWritten(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Calls after each `write` of this store alone. A listener does not throw. @returns a function that ends that */
  afterWrites(listener: () => void): () => void {
    return this.#listeners.addOwn(listener);
  }

  /** Bytes of the database without the room that deleted rows left. @throws StoreError */
  usedBytes(): number {
    return this.read(
      (db) =>
        (numberOf(db, "PRAGMA page_count") - numberOf(db, "PRAGMA freelist_count")) *
        numberOf(db, "PRAGMA page_size"),
    );
  }

  /** Gives the room of deleted rows back to the disk, a little at a time, so that others wait for none of it long. @throws StoreError */
  compact(): void {
    while (this.compactALittle());
  }

  /** Does one step of that. @returns false where there is no such room @throws StoreError */
  compactALittle(): boolean {
    if (numberOf(this.db, "PRAGMA freelist_count") === 0) return false;
    this.write((db) => db.query(`PRAGMA incremental_vacuum (${COMPACT_PAGES})`).all());
    return true;
  }

  /** Writes a copy of the store into an empty file. @throws StoreError */
  copyInto(path: string): void {
    try {
      this.db.query("VACUUM INTO ?").run(path);
    } catch (error) {
      throw explained(error, this.path);
    }
  }

  close(): void {
    this.#listeners.close();
    this.db.close(true);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** In the mode of write-ahead logging NORMAL flushes no commits: https://sqlite.org/pragma.html#pragma_synchronous */
  #setFlushing(flush: boolean): void {
    if (flush === this.#isFlushing) return;
    this.db.run(`PRAGMA synchronous = ${flush ? "FULL" : "NORMAL"}`);
    this.#isFlushing = flush;
  }

  #transaction<T>(begin: string, work: (db: Database) => T): T {
    try {
      this.db.run(begin);
      const result = work(this.db);
      this.db.run("COMMIT");
      return result;
    } catch (error) {
      // A full disk ends a transaction by itself.
      if (this.db.inTransaction) this.db.run("ROLLBACK");
      throw explained(error, this.path);
    }
  }
}

const COMPACT_PAGES = 1_000;

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StoreError(
      "unreachable",
      `cannot make the folder of the store, ${folder}: ${writeRefusal(error)}`,
      [ANOTHER_STORE],
    );
  }
}

/** Makes an empty file for its owner alone, which SQLite takes for an empty database; its other files get the same mode. */
function makeFile(path: string): void {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) closeSync(openSync(path, "a", 0o600));
    else if (!stats.isFile()) {
      const kind = stats.isDirectory() ? "a folder" : "no regular file";
      throw new StoreError("not-a-store", `the store ${path} is ${kind}`, [
        "the path of a store is that of a file",
      ]);
    }
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError("unreachable", `cannot make the store ${path}: ${writeRefusal(error)}`, [
      ANOTHER_STORE,
    ]);
  }
}

/** Times that the switch to WAL is tried again, while another program that opens the new store holds it. */
const SWITCH_TRIES = 200;
const SWITCH_PAUSE_MS = 10;

/**
 * Switches to write-ahead logging, once in the life of a store. It needs the store for itself, and SQLite does not wait for
 * that: https://sqlite.org/wal.html, "Sometimes Queries Return SQLITE_BUSY In WAL Mode".
 */
function keepLog(db: Database): void {
  for (let tries = 1; ; tries++) {
    try {
      if (journalOf(db, "PRAGMA journal_mode") !== "wal") journalOf(db, "PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      const { code } = error as { code?: string };
      // A store without the log serves as well: its readers wait for its writers.
      if (!code?.startsWith("SQLITE_BUSY") || tries === SWITCH_TRIES) throw error;
      Bun.sleepSync(SWITCH_PAUSE_MS);
    }
  }
}

function journalOf(db: Database, sql: string): string {
  using statement = db.prepare<{ journal_mode: string }, []>(sql);
  return statement.get()!.journal_mode;
}
