/** Folders of this user, by the customs of the system. */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * Folder of what can be made again: below XDG_CACHE_HOME, else `~/.cache` (XDG Base Directory Specification 0.8, by which
 * relative paths do not count); `~/Library/Caches` on macOS, LOCALAPPDATA on Windows.
 */
export function cacheFolder(
  env: Readonly<Record<string, string | undefined>>,
  os: NodeJS.Platform = process.platform,
): string {
  const home = env["HOME"] || homedir();
  const [named, usual] =
    os === "darwin"
      ? [undefined, join(home, "Library", "Caches")]
      : os === "win32"
        ? [env["LOCALAPPDATA"], join(home, "AppData", "Local")]
        : [env["XDG_CACHE_HOME"], join(home, ".cache")];
  return join(named && isAbsolute(named) ? named : usual, "cryptex");
}
