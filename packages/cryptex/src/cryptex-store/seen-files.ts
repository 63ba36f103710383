/**
 * Seen files in the store. A row holds a file's identity and its result, exactly as it was recorded. Rows of one scope are of no
 * use to another, so a scope that is not asked for any more is dropped as a whole.
 */
import type { Database } from "bun:sqlite";
import type {
  FileIdentity,
  SeenFile,
  SeenFiles,
  SeenFolder,
  SeenResult,
  SeenScope,
} from "../scan-runner/seen-files.ts";
import { isSettled } from "./settled.ts";
import { openStore, type Store, type StoreOptions } from "./store.ts";
import { StoreError } from "./store-error.ts";

/** Days after which a scope that no scan asked for is dropped. */
const KEPT_DAYS = 30;
/** Size of the whole store above which the scopes go that were not used for longest: 4 million files without matches. */
const MAX_BYTES = 512 * 2 ** 20;
/** Rows read at a time, so that a folder of a million files takes little memory. */
const PAGE = 2_000;

const DAY_MS = 86_400_000;

/**
 * Opens the records of one scope.
 * @param startedMs when the scan began, before it looked at any file. A file that changed just before, or since, is not recorded.
 * @throws StoreError
 */
export function openSeenFiles(store: Store, scope: SeenScope, startedMs = Date.now()): SeenFiles {
  const key = JSON.stringify(Object.entries(scope).sort(([a], [b]) => (a < b ? -1 : 1)));
  const day = Math.floor(startedMs / DAY_MS);
  const known = store.read((db) =>
    db
      .query<{ id: number; used_day: number }, [string]>("SELECT id, used_day FROM seen_scopes WHERE key = ?")
      .get(key),
  );
  if (known?.used_day === day) return new StoredFiles(store, key, known.id, startedMs);
  const id = store.write((db) => useScope(db, key, day));
  dropUnused(store, id, day);
  return new StoredFiles(store, key, id, startedMs);
}

/**
 * Opens them for a scan that goes on without: where the store cannot be used, or fails later, `warn` is told once, nothing is
 * known of any file, and nothing is recorded from then on.
 * @param path of the store; undefined is the default place
 */
export function openSeenFilesIfPossible(
  path: string | undefined,
  scope: SeenScope,
  warn: (text: string) => void,
  options?: StoreOptions,
): SeenFiles & Disposable & { readonly path: string | undefined } {
  let store: Store | undefined;
  let files: SeenFiles | undefined;
  const attempt = <T>(work: () => T, otherwise: T): T => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      files = undefined;
      warn(`${error.message}; the scan goes on without what it knows of unchanged files`);
      return otherwise;
    }
  };
  files = attempt(() => {
    store = openStore(path, options);
    return openSeenFiles(store, scope);
  }, undefined);
  return {
    path: store?.path,
    folder(folder) {
      const known = files?.folder(folder);
      return { get: (name, identity) => files && attempt(() => known?.get(name, identity), undefined) };
    },
    record: (seen) => attempt(() => files?.record(seen), undefined),
    [Symbol.dispose]: () => store?.close(),
  };
}

/** Finds or makes a scope and notes that it is used. @returns its id; ids are never used again for another one */
function useScope(db: Database, key: string, day: number): number {
  const sql = `INSERT INTO seen_scopes (key, used_day) VALUES (?, ?)
    ON CONFLICT (key) DO UPDATE SET used_day = excluded.used_day RETURNING id`;
  return db.query<{ id: number }, [string, number]>(sql).get(key, day)!.id;
}

class StoredFiles implements SeenFiles {
  constructor(
    readonly store: Store,
    readonly key: string,
    readonly scope: number,
    readonly startedMs: number,
  ) {}

  folder(folder: string): SeenFolder {
    return new StoredFolder(this.store, this.scope, folder);
  }

  record(files: readonly SeenFile[]): void {
    const settled = files.filter(({ ctimeMs }) => isSettled(ctimeMs, this.startedMs));
    if (settled.length === 0) return;
    this.store.write((db) => {
      // Another program may have dropped the scope since it was opened.
      const scope = useScope(db, this.key, Math.floor(this.startedMs / DAY_MS));
      const folders = new Map<string, number>();
      const insert = db.query(
        "INSERT OR REPLACE INTO seen_files (folder, name, dev, ino, size, mtime, ctime, result) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      );
      for (const { folder, name, dev, ino, size, mtimeMs, ctimeMs, events, sha256, archive } of settled) {
        const id = folders.get(folder) ?? folderId(db, scope, folder);
        folders.set(folder, id);
        const isBare = events.length === 0 && sha256 === undefined && archive === undefined;
        insert.run(
          id,
          name,
          dev,
          ino,
          size,
          mtimeMs,
          ctimeMs,
          isBare ? null : JSON.stringify({ events, sha256, archive }),
        );
      }
    });
  }
}

function folderId(db: Database, scope: number, folder: string): number {
  db.query("INSERT OR IGNORE INTO seen_folders (scope, folder) VALUES (?, ?)").run(scope, folder);
  const sql = "SELECT id FROM seen_folders WHERE scope = ? AND folder = ?";
  return db.query<{ id: number }, [number, string]>(sql).get(scope, folder)!.id;
}

type Row = readonly [
  name: string,
  dev: number,
  ino: number,
  size: number,
  mtimeMs: number,
  ctimeMs: number,
  result: string | null,
];

/** Reads a folder's rows in pages, in the order in which they are asked for. */
class StoredFolder implements SeenFolder {
  #page: readonly Row[] = [];
  #next = 0;
  #isLast = false;

  constructor(
    readonly store: Store,
    readonly scope: number,
    readonly folder: string,
  ) {}

  get(name: string, { dev, ino, size, mtimeMs, ctimeMs }: FileIdentity): SeenResult | undefined {
    const row = this.#rowNamed(name);
    if (row === undefined) return undefined;
    const isSame =
      row[1] === dev && row[2] === ino && row[3] === size && row[4] === mtimeMs && row[5] === ctimeMs;
    if (!isSame) return undefined;
    return row[6] === null ? CLEAN : (JSON.parse(row[6]) as SeenResult);
  }

  #rowNamed(name: string): Row | undefined {
    for (;;) {
      for (; this.#next < this.#page.length; this.#next++) {
        const row = this.#page[this.#next]!;
        if (row[0] === name) return row;
        if (row[0] > name) return undefined;
      }
      if (this.#isLast) return undefined;
      this.#page = this.store.read((db) =>
        db
          .query<Row, [number, string, string, number]>(PAGE_OF_FOLDER)
          .values(this.scope, this.folder, name, PAGE),
      ) as unknown as Row[];
      this.#next = 0;
      this.#isLast = this.#page.length < PAGE;
    }
  }
}

const CLEAN: SeenResult = { events: [] };

/** Text is compared by its bytes, which is the order of binary strings, too. */
const PAGE_OF_FOLDER = `
  SELECT name, dev, ino, size, mtime, ctime, result
  FROM seen_folders JOIN seen_files ON seen_files.folder = seen_folders.id
  WHERE seen_folders.scope = ? AND seen_folders.folder = ? AND name >= ?
  ORDER BY name LIMIT ?`;

/** Drops scopes that were not used for long and, where the store is large, others too, those first that were not used for longest. */
export function dropUnused(store: Store, kept: number, today: number, maxBytes = MAX_BYTES): void {
  const others = store.read((db) =>
    db
      .query<{ id: number; used_day: number }, [number]>(
        "SELECT id, used_day FROM seen_scopes WHERE id <> ? ORDER BY used_day, id",
      )
      .all(kept),
  );
  let dropped = 0;
  for (const { id, used_day } of others) {
    if (used_day > today - KEPT_DAYS && store.usedBytes() <= maxBytes) break;
    store.write((db) => dropScope(db, id));
    dropped++;
  }
  if (dropped > 0) store.compact();
}

/** Takes about half a second for a million files. */
function dropScope(db: Database, scope: number): void {
  const folders = "SELECT id FROM seen_folders WHERE scope = ?";
  db.query(`DELETE FROM seen_files WHERE folder IN (${folders})`).run(scope);
  db.query("DELETE FROM seen_folders WHERE scope = ?").run(scope);
  db.query("DELETE FROM seen_scopes WHERE id = ?").run(scope);
}
