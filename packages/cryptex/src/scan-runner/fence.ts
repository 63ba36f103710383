/**
 * Reading below one folder alone, whatever the folders on the way are exchanged for meanwhile. On Linux a folder is opened, the kernel is asked
 * where it lies, and names are looked up in that very folder. Other systems tell no such thing: there paths are compared before and after.
 */
import { closeSync, constants, lstatSync, openSync, readlinkSync, realpathSync, type Stats } from "node:fs";
import { folderOf, forFs, join } from "./paths.ts";

/** Folders that are kept open: a walk goes back and forth between few. */
const OPEN_FOLDERS = 32;

/** O_PATH of asm-generic/fcntl.h, the same on x64 and arm64: opens what may be entered and not listed, too. */
const O_PATH = 0o10000000;

/** Begins the paths by which Linux finds what is open. */
const OPEN = "/proc/self/fd/";

const isLinux = process.platform === "linux";

const MOVED = "changed during scan: a folder above it is another one";

export class Fence implements Disposable {
  /** File descriptors by path below the base, the one that was used last at the end. */
  readonly #open = new Map<string, number>();

  /** @param base real path; paths below it are relative. All are binary strings */
  constructor(readonly base: string) {}

  /** Gives the path by which node:fs finds an entry of a folder. @throws an error whose message is a reason; the system's */
  entry(folder: string, name: string): string | Buffer {
    return forFs(`${this.#place(folder)}/${name}`);
  }

  /** Gives the path by which node:fs lists a folder, and tells what it is. @throws as `entry` does */
  folder(path: string): string | Buffer {
    return forFs(`${this.#place(path)}/.`);
  }

  [Symbol.dispose](): void {
    for (const fd of this.#open.values()) closeSync(fd);
    this.#open.clear();
  }

  #place(folder: string): string {
    const path = folder === "" ? this.base : join(this.base, folder);
    if (!isLinux) {
      if (realpathSync(forFs(path), "latin1") !== path) throw new Error(MOVED);
      return path;
    }
    const fd = this.#open.get(folder) ?? openFolder(path);
    this.#open.delete(folder);
    this.#open.set(folder, fd);
    if (this.#open.size > OPEN_FOLDERS) {
      const [oldest, spent] = this.#open.entries().next().value!;
      this.#open.delete(oldest);
      closeSync(spent);
    }
    return OPEN + fd;
  }
}

function openFolder(path: string): number {
  let fd: number;
  try {
    fd = openSync(forFs(path), O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === "ENOTDIR" || code === "ELOOP" ? new Error(MOVED) : error;
  }
  if (readlinkSync(OPEN + fd, "latin1") === path) return fd;
  closeSync(fd);
  throw new Error(MOVED);
}

/** Tells that an open file lies below a folder. @param path by which it was opened, below the folder @param stats of the open file */
export function isBelow(base: string, path: string, fd: number, stats: Stats): boolean {
  if (isLinux) return readlinkSync(OPEN + fd, "latin1").startsWith(join(base, ""));
  const full = join(base, path);
  const folder = folderOf(full);
  if (realpathSync(forFs(folder), "latin1") !== folder) return false;
  const { dev, ino } = lstatSync(forFs(full));
  return dev === stats.dev && ino === stats.ino;
}
