/** The files of a store on the disk. Nobody else may open them: whoever closes one frees the locks that this process holds. */
import { statSync } from "node:fs";

/** Endings that SQLite gives the name of a database for those of its other files: https://sqlite.org/tempfiles.html */
const ENDINGS = ["", "-wal", "-shm", "-journal"];

/** Lists their paths, whether they are there or not. @param path of the store */
export function storePaths(path: string): string[] {
  return ENDINGS.map((ending) => path + ending);
}

/** Lists those that are there, by device and number. @param path of the store */
export function storeFiles(path: string): { readonly dev: number; readonly ino: number }[] {
  return storePaths(path).flatMap((each) => {
    const stats = statOrUndefined(each);
    return stats ? [{ dev: stats.dev, ino: stats.ino }] : [];
  });
}

function statOrUndefined(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // whoever opens it says why it cannot be opened
  }
}
