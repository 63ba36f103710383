/** The folder that everything is built in, and what Git says of it. */
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "..", "..");

/** Names the sources for bug reports: a commit, "-dirty" if files differ from it, or "unknown" outside Git. */
export function commit(): string {
  const git = (...args: string[]) => {
    const result = Bun.spawnSync(["git", ...args], { cwd: ROOT, stdout: "pipe", stderr: "ignore" });
    return result.exitCode === 0 ? result.stdout.toString().trim() : undefined;
  };
  try {
    const head = git("rev-parse", "--short=12", "HEAD");
    if (head === undefined) return "unknown";
    return git("status", "--porcelain", "--untracked-files=no") === "" ? head : `${head}-dirty`;
  } catch {
    return "unknown"; // no git on this machine
  }
}
