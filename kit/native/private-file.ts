import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { replaceFile } from "../files/replace-file.ts";
import { libraryFile } from "./target.ts";

/** Folders that belong to this user alone, apart from the temporary one. */
export function privateFolders(): string[] {
  const { XDG_RUNTIME_DIR, XDG_CACHE_HOME } = process.env;
  const cache = process.platform === "darwin" ? join(homedir(), "Library/Caches") : join(homedir(), ".cache");
  return [XDG_RUNTIME_DIR, XDG_CACHE_HOME || cache]
    .filter((folder): folder is string => folder !== undefined && folder !== "")
    .map((folder) => join(folder, "esoteric-entropy"));
}

/**
 * Puts a library into `folder` under a name that its content determines, unless it is there already. The file stays, for
 * this process looks up kernels in it one by one, and the next one need not write it again.
 * @throws Error if the folder cannot be had, or others may write to it: what lies there is going to be executed
 */
export function privateFile(folder: string, content: Uint8Array): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = statSync(folder);
  if (uid !== process.getuid?.() || (mode & 0o022) !== 0) throw new Error(`${folder} is open to others`);
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 16);
  const path = join(folder, `${hash}-${libraryFile(process.platform)}`);
  if (existsSync(path) && readFileSync(path).equals(content)) return path;
  replaceFile(path, content, 0o600);
  return path;
}
