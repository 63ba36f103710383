/** One small file: what rules cost before anything is scanned. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { heading, row } from "../program/measure.ts";
import { CONTENDERS, contender, cpu, ratio, type Workbench, wall } from "./workbench.ts";

export async function smallFile(bench: Workbench): Promise<void> {
  const file = join(bench.folder, "small.txt");
  writeFileSync(file, "Nothing in here is worth a rule. ".repeat(3));
  heading("one small file", ...CONTENDERS.slice(1));
  const {
    yara: theirs,
    first,
    again,
  } = await bench.turns({
    yara: bench.yara(bench.index, file),
    first: bench.firstScan(file),
    again: bench.scan(file),
  });
  contender("cryptex, first time", first);
  contender("cryptex, again", again);
  if (theirs.length === 0) return row("yara skipped: not installed", "", "", "", "");
  contender("yara, from source", theirs);
  ratio("first time / yara, wall", [first, theirs], wall, "≤ 3");
  ratio("first time / yara, CPU", [first, theirs], cpu, "");
  ratio("again / yara, wall", [again, theirs], wall, "≤ 0.7");
  ratio("again / yara, CPU", [again, theirs], cpu, "");
}
