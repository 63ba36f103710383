/** `--version`, beside the other program of the repository. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { heading, row, run, takeTurns } from "../program/measure.ts";
import { CONTENDERS, contender, cpu, PROGRAM, ratio, type Workbench } from "./workbench.ts";

/** A start takes milliseconds, so more turns of it cost little. */
const STARTS_PER_ROUND = 5;

export async function start({ rounds }: Workbench): Promise<void> {
  heading("`--version`", ...CONTENDERS.slice(1));
  const other = join(dirname(PROGRAM), "esoteric-entropy");
  if (!existsSync(other)) return row("skipped: no dist/esoteric-entropy", "", "", "", "");
  const version = (program: string) => () => run([program, "--version"]);
  const runs = await takeTurns({ ours: version(PROGRAM), other: version(other) }, rounds * STARTS_PER_ROUND);
  contender("cryptex", runs.ours);
  contender("esoteric-entropy", runs.other);
  ratio("cryptex / esoteric-entropy, CPU", [runs.ours, runs.other], cpu, "1");
}
