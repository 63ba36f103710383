/** A million files: memory must not grow with their number. */
import { linkSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { heading, peakBytes, row } from "../program/measure.ts";
import { measured, type Workbench } from "./workbench.ts";

const FOLDERS = 1_000;
const FILES_PER_FOLDER = 1_000;
const THREADS = 4;

export async function millionFiles(bench: Workbench): Promise<void> {
  const tree = bench.emptied("million");
  writeTree(tree);
  heading(`${FOLDERS * FILES_PER_FOLDER} small files, ${THREADS} threads`, "peak memory, MB", "target");
  await measured(bench.scan(join(tree, "folder-0")).command); // compiles the rules
  const peak = await peakBytes(bench.scan("--threads", `${THREADS}`, tree).command, [0, 3]);
  row("cryptex", (peak / 1e6).toFixed(0), "≤ 500");
}

/** A folder has one file, and other names for it: to a scan, each name is a file. A million files of their own would fill small disks. */
function writeTree(tree: string): void {
  for (let folder = 0; folder < FOLDERS; folder++) {
    const path = join(tree, `folder-${folder}`);
    mkdirSync(path);
    const first = join(path, "file-0.txt");
    writeFileSync(first, `The first of ${FILES_PER_FOLDER} names in folder ${folder}. `.repeat(4));
    for (let file = 1; file < FILES_PER_FOLDER; file++) linkSync(first, join(path, `file-${file}.txt`));
  }
}
