/** A tree that has not changed, scanned again with --cache, beside a walk that only looks at each entry. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { heading } from "../program/measure.ts";
import { writeProgramFiles } from "./program-files.ts";
import { CONTENDERS, contender, cpu, measured, ratio, type Workbench, wall } from "./workbench.ts";

const FOLDERS = 100;
const FILES_PER_FOLDER = 200;

/** The same runtime reads each folder, sorts the names and calls lstat(2) for each. */
const WALK = `
import { lstatSync, readdirSync } from "node:fs";
let bytes = 0;
const walk = (folder) => {
  for (const name of readdirSync(folder).sort()) {
    const stats = lstatSync(folder + "/" + name);
    if (stats.isDirectory()) walk(folder + "/" + name);
    else bytes += stats.size;
  }
};
walk(process.argv[2]);
console.log(bytes);
`;

export async function unchangedTree(bench: Workbench): Promise<void> {
  const tree = bench.emptied("tree");
  writeProgramFiles(tree, { folders: FOLDERS, filesPerFolder: FILES_PER_FOLDER });
  const walker = join(bench.folder, "walk.ts");
  writeFileSync(walker, WALK);
  heading(`an unchanged tree of ${FOLDERS * FILES_PER_FOLDER} files`, ...CONTENDERS.slice(1));
  const scan = bench.scan("--cache", "--threads", "1", tree);
  // Files that were just written are not trusted to stay as they are.
  await Bun.sleep(2_000);
  bench.forget();
  const first = await measured(scan.command);
  const { again, bare } = await bench.turns(
    { again: scan, bare: { command: [process.execPath, walker, tree] } },
    bench.rounds * 3,
  );
  contender("cryptex --cache, first time, one thread, rules compiled too", [first]);
  contender("cryptex --cache, again", again);
  contender("bun: readdir, sort, lstat", bare);
  ratio("first time / again, CPU", [[first], again], cpu, "≥ 30");
  ratio("first time / again, wall", [[first], again], wall, "≥ 30");
  ratio("again / walk, CPU", [again, bare], cpu, "≤ 3");
  ratio("again / walk, wall", [again, bare], wall, "≤ 3");
}
