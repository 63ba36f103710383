/** A library, or a program, as a file in a new folder that belongs to this user alone. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { cacheFolder, homeOfUser } from "../files/user-folders.ts";

/** Names folders that this user can usually write to, best first; some may not be there. */
export function userFolders(): string[] {
  const { XDG_RUNTIME_DIR, HOME } = process.env;
  const caches = dirname(cacheFolder("any", process.env));
  const folders = [XDG_RUNTIME_DIR, tmpdir(), caches, HOME || homeOfUser()];
  return [...new Set(folders.filter((folder) => folder).map((folder) => resolve(folder!)))];
}

/** Writes a file that nobody else may read. @throws the system's error, also where there is one */
export function writeNew(path: string, content: Uint8Array): void {
  writeFileSync(path, content, { mode: 0o600, flag: "wx" });
}

/**
 * Puts `content` into a new folder below `parent`, and reads it again.
 * @param write as `writeNew`, for disks that damage what they are given
 * @param isProgram to be executed, not loaded
 * @throws Error if the folder cannot be made, others may replace it, or the file then has another content
 */
export function privateFile(
  parent: string,
  name: string,
  content: Uint8Array,
  write = writeNew,
  isProgram = false,
): { readonly path: string } & Disposable {
  if (mayBeReplacedIn(parent)) throw new Error("others may replace what is in this folder");
  const folder = mkdtempSync(join(parent, ".native-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    if (!isPrivate(folder)) throw new Error(`${folder} is open to others`);
    const path = join(folder, name);
    write(path, content);
    if (!readFileSync(path).equals(content)) throw new Error(`${path} does not hold what was written`);
    if (isProgram) chmodSync(path, 0o700);
    return { path, [Symbol.dispose]: remove };
  } catch (error) {
    remove();
    throw error;
  }
}

const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

/** In a folder with the sticky bit, such as /tmp, only its owner and a file's own may rename it. */
function mayBeReplacedIn(folder: string): boolean {
  const { uid, mode } = statSync(folder);
  const isOurs = uid === 0 || uid === process.getuid?.();
  return !isOurs || ((mode & OTHERS_WRITE) !== 0 && (mode & STICKY) === 0);
}

function isPrivate(folder: string): boolean {
  const { uid, mode } = statSync(folder);
  return uid === process.getuid?.() && (mode & OTHERS_WRITE) === 0;
}
