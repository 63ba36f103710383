/** Followed files in the store. */
import type { Database } from "bun:sqlite";
import type { FollowedFile, FollowedFiles } from "../telemetry-agent/followed-files.ts";
import type { Store } from "./store.ts";

export function storedFollowedFiles(store: Store): FollowedFiles {
  return {
    find: (dev, ino, path) => {
      const known = () =>
        fileWhere(store.db, "dev = ? AND ino = ?", dev, ino) ??
        fileWhere(store.db, "ino = ? AND path = ?", ino, path);
      const added = () => insert(store.db, { dev, ino, path, offset: 0, lines: 0, tail: "", result: null });
      return store.read(known) ?? store.write(() => known() ?? added());
    },
    all: () => store.read((db) => db.query<Row, []>(SELECT).all().map(fileOf)),
    advance: (known, work) =>
      store.write((db) => {
        if (!isStill(db, known)) return false;
        const file = work();
        remove(db, known);
        insert(db, file);
        return true;
      }),
    forget: (known, work) =>
      store.write((db) => {
        if (!isStill(db, known)) return false;
        work();
        remove(db, known);
        return true;
      }),
  };
}

interface Row {
  readonly dev: number;
  readonly ino: number;
  readonly path: string;
  readonly state: string;
}

const SELECT = "SELECT dev, ino, path, state FROM followed_files";

function fileWhere(db: Database, where: string, ...values: (number | string)[]): FollowedFile | undefined {
  const row = db.query<Row, (number | string)[]>(`${SELECT} WHERE ${where}`).get(...values);
  return row === null ? undefined : fileOf(row);
}

function fileOf({ state, ...row }: Row): FollowedFile {
  return { ...row, ...JSON.parse(state) };
}

function insert(db: Database, file: FollowedFile): FollowedFile {
  const { dev, ino, path, ...state } = file;
  const sql = "INSERT OR REPLACE INTO followed_files (dev, ino, path, state) VALUES (?, ?, ?, ?)";
  db.query(sql).run(dev, ino, path, JSON.stringify(state));
  return file;
}

function isStill(db: Database, known: FollowedFile): boolean {
  return Bun.deepEquals(fileWhere(db, "dev = ? AND ino = ?", known.dev, known.ino), known);
}

function remove(db: Database, { dev, ino }: FollowedFile): void {
  db.query("DELETE FROM followed_files WHERE dev = ? AND ino = ?").run(dev, ino);
}
