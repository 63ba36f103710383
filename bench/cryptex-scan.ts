/**
 * Measures what scans cost, beside Debian's yara and PyPI's yara-x in the same run. Prints tables with targets; asserts nothing.
 *
 *     npm run bench cryptex-scan                    all parts but `million`, which takes a quarter of an hour
 *     npm run bench cryptex-scan -- PART…           start, small, system, again, million
 *
 * Contenders take turns, so that a slow moment hits all alike; figures are medians and least values of ROUNDS turns (5).
 * CRYPTEX_RULESETS names a folder of rules to measure with in place of 3,000 generated ones; CRYPTEX_PEERS a Python
 * environment in which yara-x is installed.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { millionFiles } from "./cryptex/million-files.ts";
import { smallFile } from "./cryptex/small-file.ts";
import { start } from "./cryptex/start.ts";
import { systemFiles } from "./cryptex/system-files.ts";
import { unchangedTree } from "./cryptex/unchanged-tree.ts";
import { PROGRAM, Workbench } from "./cryptex/workbench.ts";
import { BenchError, reportFailure } from "./program/measure.ts";

const PARTS = { start, small: smallFile, system: systemFiles, again: unchangedTree, million: millionFiles };
type Part = keyof typeof PARTS;
const BY_DEFAULT: readonly Part[] = ["start", "small", "system", "again"];

function partsOf(args: readonly string[]): readonly Part[] {
  const unknown = args.find((arg) => !Object.hasOwn(PARTS, arg));
  if (unknown !== undefined)
    throw new BenchError(`no part ${JSON.stringify(unknown)}`, [`parts: ${Object.keys(PARTS).join(", ")}`]);
  return args.length > 0 ? (args as Part[]) : BY_DEFAULT;
}

const load = () =>
  loadavg()
    .map((value) => value.toFixed(1))
    .join(" ");

const folder = mkdtempSync(join(tmpdir(), "cryptex-scan-"));
try {
  const parts = partsOf(process.argv.slice(2));
  if (!existsSync(PROGRAM))
    throw new BenchError(`no such file: ${PROGRAM}`, ["build it: build.ts binary --product=cryptex"]);
  const bench = new Workbench(folder, Number(process.env["ROUNDS"] ?? 5));
  console.log(
    `${cpus().length} × ${cpus()[0]?.model}, ${process.platform}; load ${load()}; ${bench.rounds} rounds`,
  );
  console.log(`rules: ${bench.rulesName}`);
  for (const part of parts) await PARTS[part](bench);
  console.log(`\nload at the end: ${load()}`);
} catch (error) {
  reportFailure(error);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
