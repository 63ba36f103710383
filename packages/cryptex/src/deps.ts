import { fstatSync } from "node:fs";
import type { FileNumbers } from "#kit/files/output-file.ts";

/** The dependencies of commands beside their options. The program takes them from its process; tests make their own. */
export interface Deps {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Regular files that stdout and stderr go to. */
  readonly streams?: readonly FileNumbers[];
}

export function programDeps(): Deps {
  return { env: process.env, streams: [1, 2].flatMap(fileOf) };
}

function fileOf(stream: number): FileNumbers[] {
  try {
    const stats = fstatSync(stream);
    return stats.isFile() ? [stats] : [];
  } catch {
    return []; // it is closed
  }
}
