/**
 * A file that is there in full or not at all: written beside its place, put on the disk, then renamed. Whoever reads or runs
 * the old one keeps it, and macOS, which remembers the signatures of files it has seen, sees a new one.
 */
import {
  closeSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { endOfLinks } from "./links.ts";

/**
 * Writes `content` to `path` in one step. Follows links.
 * @param mode exact; defaults to that of a file that is there, else the umask decides
 * @throws the system's error
 */
export function replaceFile(path: string, content: Uint8Array | string, mode?: number): void {
  const end = endOfLinks(path);
  using replacement = new Replacement(end, mode ?? modeOf(end));
  replacement.write(content);
  replacement.publish();
}

function modeOf(path: string): number | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && stats.mode & 0o777;
}

/** The same in two steps, at a path that is no link, for those who must know that they may write before they begin their work. */
export class Replacement implements Disposable {
  readonly #unfinished: string;
  #file: number | undefined;

  /** @throws the system's error where no file can be made beside `path` */
  constructor(
    readonly path: string,
    mode?: number,
  ) {
    this.#unfinished = join(dirname(path), `.${basename(path)}.${crypto.randomUUID().slice(0, 8)}.part`);
    // Nobody else may read it before its mode is set.
    this.#file = openSync(this.#unfinished, "wx", mode === undefined ? 0o666 : 0o600);
    if (mode !== undefined) fchmodSync(this.#file, mode);
  }

  /** Device and number of the unfinished file. */
  get numbers(): { readonly dev: number; readonly ino: number } {
    const { dev, ino } = fstatSync(this.#opened());
    return { dev, ino };
  }

  write(content: Uint8Array | string): void {
    writeFileSync(this.#opened(), content);
  }

  /** Gives the file its name. Nothing can be written after that. */
  publish(): void {
    fsyncSync(this.#opened());
    this.#close(); // Windows renames no file that is open
    renameSync(this.#unfinished, this.path);
  }

  /** Removes what was not published. */
  [Symbol.dispose](): void {
    this.#close();
    rmSync(this.#unfinished, { force: true });
  }

  #opened(): number {
    if (this.#file === undefined) throw new Error(`${this.path} is published already`);
    return this.#file;
  }

  #close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}
