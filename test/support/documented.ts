/** Finds examples in the documents: blocks that a reader would paste into a shell. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Example {
  /** `docs/API.md:120`, where the block begins. */
  readonly place: string;
  readonly text: string;
}

const ROOT = join(import.meta.dir, "..", "..");

/** Returns a document's blocks of one language. */
export function examplesIn(document: string, language: string): Example[] {
  const lines = readFileSync(join(ROOT, document), "utf8").split("\n");
  const examples: Example[] = [];
  let begin: number | undefined;
  let inside = "";
  for (const [index, line] of lines.entries()) {
    const fence = /^ *```(\S*)/.exec(line);
    if (!fence) continue;
    if (begin === undefined) {
      begin = index;
      inside = fence[1]!;
      continue;
    }
    if (inside === language) {
      examples.push({
        place: `${document}:${begin + 1}`,
        text: `${lines
          .slice(begin + 1, index)
          .map((text) => text.slice(line.indexOf("`")))
          .join("\n")}\n`,
      });
    }
    begin = undefined;
  }
  return examples;
}
