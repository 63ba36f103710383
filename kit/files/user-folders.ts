/** Folders of this user for a program's files, by the customs of the system. */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Names the folder of what can be made again: below XDG_CACHE_HOME, else `~/.cache` (XDG Base Directory Specification 0.8, by
 * which relative paths do not count); else `~/Library/Caches` on macOS, LOCALAPPDATA on Windows.
 */
export function cacheFolder(product: string, env: Environment, os: string = process.platform): string {
  return join(absolute(env["XDG_CACHE_HOME"]) ?? usual(env, os, ["Library", "Caches"], [".cache"]), product);
}

/** Names the folder of what is to be kept: below XDG_DATA_HOME, else `~/.local/share` and so on, as `cacheFolder`. */
export function dataFolder(product: string, env: Environment, os: string = process.platform): string {
  const folder = usual(env, os, ["Library", "Application Support"], [".local", "share"]);
  return join(absolute(env["XDG_DATA_HOME"]) ?? folder, product);
}

function usual(env: Environment, os: string, mac: readonly string[], others: readonly string[]): string {
  // A user without HOME and without an entry in passwd has the root folder, as in a shell.
  const home = env["HOME"] || homeOfUser() || "/";
  if (os === "win32") return absolute(env["LOCALAPPDATA"]) ?? join(home, "AppData", "Local");
  return join(home, ...(os === "darwin" ? mac : others));
}

function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}

/** Names the home of this user as the system knows it; undefined for a user whom it does not know, as in many containers. */
export function homeOfUser(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}
