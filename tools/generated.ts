/** Finds generated files that are out of date, without touching them: `build.ts gen` runs in a copy of the project. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

const SHARED = ["node_modules", "build"];

/** Large, and nothing is generated from them. */
const LEFT_OUT = [...SHARED, "dist", ".git", "test", "bench", "python"];

/** Returns the paths from `root` of files that `build.ts gen` would write. @throws Error with what it said if it fails */
export async function staleFiles(root: string): Promise<string[]> {
  const copy = mkdtempSync(join(tmpdir(), "generated-"));
  try {
    cpSync(root, copy, { recursive: true, filter: (path) => !LEFT_OUT.includes(relative(root, path)) });
    for (const name of SHARED)
      if (existsSync(join(root, name))) symlinkSync(join(root, name), join(copy, name));
    const gen = Bun.spawn([process.execPath, "build.ts", "gen"], { cwd: copy, stderr: "pipe" });
    const [said, exitCode] = await Promise.all([new Response(gen.stderr).text(), gen.exited]);
    if (exitCode !== 0) throw new Error(`build.ts gen failed:\n${said.trim()}`);
    return filesBelow(copy).filter((path) => !isSame(join(root, path), join(copy, path)));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Lists files by path from the root, without following links: what the copy shares with the project is not generated. */
function filesBelow(root: string, folder = root): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(root, path);
    return entry.isFile() ? [relative(root, path)] : [];
  });
}

function isSame(path: string, copy: string): boolean {
  return existsSync(path) && readFileSync(path).equals(readFileSync(copy));
}
