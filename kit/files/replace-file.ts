import { chmodSync, renameSync, writeFileSync } from "node:fs";

/** Puts a new file in the place of the old one, which may be running or being read, and whose signature macOS remembers. */
export function replaceFile(path: string, content: Uint8Array, mode?: number): void {
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, content);
  if (mode !== undefined) chmodSync(unfinished, mode);
  renameSync(unfinished, path);
}
