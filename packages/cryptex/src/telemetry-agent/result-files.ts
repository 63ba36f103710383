/** Files of a folder that are taken for results. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Tells by its name that a file holds lines of scans. Hidden files are not finished yet, as `scan -o` writes them. */
export function isResultName(name: string): boolean {
  return /^[^.].*\.(ndjson|jsonl)$/i.test(name);
}

/** Lists the files that a path stands for: itself, or the results in a folder, objects too. @throws the system's error */
export function resultFiles(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => isResultName(name) || /^[^.].*\.json$/i.test(name));
  return names.sort().map((name) => join(path, name));
}
