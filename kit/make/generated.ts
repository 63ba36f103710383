/** Writes files that are generated from others of the checkout and committed. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./checkout.ts";

/** Writes `text` to a path from the root. Returns the path in a list, which is empty if the file was current. */
export function generated(path: string, text: string): string[] {
  const file = join(ROOT, path);
  if (isCurrent(file, text)) return [];
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return [path];
}

function isCurrent(file: string, text: string): boolean {
  try {
    return readFileSync(file, "utf8") === text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return false;
  }
}

/** Biome's `lineWidth`: generated TypeScript looks as the formatter would leave it. */
const LINE_WIDTH = 110;

/** Formats a list: on one line if it fits, else one item a line. */
export function list(head: string, items: readonly string[], end: string): string {
  const line = `${head}${items.join(", ")}${end}`;
  return line.length <= LINE_WIDTH ? line : [head, ...items.map((item) => `  ${item},`), end].join("\n");
}
