/** The files and folders that were named: are they there, and are they the same ones as before? */
import { type Stats, statSync } from "node:fs";
import { folderOf, forFs } from "../scan-runner/paths.ts";

export interface Root {
  /** A binary string. */
  readonly path: string;
  present: RootState | undefined;
}

interface RootState {
  readonly isFolder: boolean;
  /** The folder that is watched for it: itself, or that of a file. */
  readonly dev: number;
  readonly ino: number;
}

/** "moved" is a file whose folder is another one. */
export type RootChange = "gone" | "back" | "replaced" | "moved";

/** Looks at a root, and remembers what is there. Undefined where it is as it was. */
export function look(root: Root): RootChange | undefined {
  const before = root.present;
  const now = stateOf(root.path);
  root.present = now;
  if (!before) return now && "back";
  if (!now) return "gone";
  if (before.isFolder !== now.isFolder) return "replaced";
  if (before.dev === now.dev && before.ino === now.ino) return undefined;
  return now.isFolder ? "replaced" : "moved";
}

function stateOf(path: string): RootState | undefined {
  try {
    const stats = statSync(forFs(path));
    const { dev, ino }: Stats = stats.isDirectory() ? stats : statSync(forFs(folderNameOf(path)));
    return { isFolder: stats.isDirectory(), dev, ino };
  } catch {
    return undefined; // it is not there, or nobody may know
  }
}

/** Names the folder of a file for the system. */
export function folderNameOf(path: string): string {
  return folderOf(path) || ".";
}
