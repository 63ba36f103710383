/** A library as a file in a folder that belongs to this user alone. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../files/replace-file.ts";
import { cacheFolder } from "../files/user-folders.ts";

/** Names folders of this user for the product's files, apart from the temporary one, best first. */
export function privateFolders(product: string): string[] {
  const { XDG_RUNTIME_DIR } = process.env;
  return [...(XDG_RUNTIME_DIR ? [join(XDG_RUNTIME_DIR, product)] : []), cacheFolder(product, process.env)];
}

/**
 * Puts `content` into `folder` under a name that it determines, unless it is there already, and returns the path. The file
 * stays: this process binds functions of it one by one, and the next process need not write it again.
 * @throws Error if the folder cannot be made, or others may write to it: what lies there is going to be executed
 */
export function privateFile(folder: string, name: string, content: Uint8Array): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!isPrivate(folder)) throw new Error(`${folder} is open to others`);
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 16);
  const path = join(folder, `${hash}-${name}`);
  if (existsSync(path) && readFileSync(path).equals(content)) return path;
  replaceFile(path, content, 0o600);
  return path;
}

/** Windows has no owner numbers and modes; there the inherited access list of the user's profile keeps others out. */
function isPrivate(folder: string): boolean {
  if (process.platform === "win32") return true;
  const { uid, mode } = statSync(folder);
  return uid === process.getuid?.() && (mode & 0o022) === 0;
}
