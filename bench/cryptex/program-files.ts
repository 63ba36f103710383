/** Writes files as scans meet them: stretches of this runtime's own program, which has code and text in it. */
import { closeSync, mkdirSync, openSync, readSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface ProgramFiles {
  readonly folders: number;
  readonly filesPerFolder: number;
  /** Stands at the end of a file of this number. */
  readonly end?: (file: number) => string;
}

/** Sizes go from this to twice as much. */
const LEAST_BYTES = 32 * 1024;

/** @param tree a folder that is there and empty; the same numbers give the same files */
export function writeProgramFiles(
  tree: string,
  { folders, filesPerFolder, end = () => "" }: ProgramFiles,
): void {
  const source = new Uint8Array(64 * 2 ** 20);
  const fd = openSync(process.execPath, "r");
  const length = readSync(fd, source);
  closeSync(fd);
  for (let folder = 0; folder < folders; folder++) {
    const path = join(tree, `folder-${folder}`);
    mkdirSync(path);
    for (let file = 0; file < filesPerFolder; file++) {
      const number = folder * filesPerFolder + file;
      const size = LEAST_BYTES + ((number * 7919) % LEAST_BYTES);
      const from = (number * 3163) % (length - size);
      const content = Buffer.concat([source.subarray(from, from + size), Buffer.from(end(number))]);
      writeFileSync(join(path, `file-${file}.bin`), content);
    }
  }
}
