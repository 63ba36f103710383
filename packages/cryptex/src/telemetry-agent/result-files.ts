/** Files of a folder that are taken for results. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "#kit/errors.ts";
import { refusal } from "../scan-runner/paths.ts";

/** Tells by its name that a file holds lines of scans. Hidden files are not finished yet, as `scan -o` writes them. */
export function isResultName(name: string): boolean {
  return /^[^.].*\.(ndjson|jsonl)$/i.test(name);
}

/** Lists the files that a path stands for: itself, as - does, or the results in a folder, objects too. @throws InputError */
export function sourcesOf(path: string): readonly string[] {
  if (path === "-") return [path];
  try {
    if (!statSync(path).isDirectory()) return [path];
    const names = readdirSync(path).filter((name) => isResultName(name) || /^[^.].*\.json$/i.test(name));
    return names.sort().map((name) => join(path, name));
  } catch (error) {
    throw new InputError(`cannot read ${path}: ${refusal(error)}`, { cause: error });
  }
}
