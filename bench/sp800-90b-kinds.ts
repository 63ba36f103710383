/**
 * Measures the built program on data of several kinds, and NIST's in turns with it: CPU time with start-up, and memory. Asserts
 * nothing.
 *
 *     bun bench/sp800-90b-kinds.ts [FOLDER] [rounds] [symbols]
 *
 * FOLDER has ea_non_iid and ea_iid; without it, the built program alone is measured. The median of the rounds counts, default 3. The number of permutations that IID data need depends
 * on chance, in NIST's program on another one each time: that row is the sum over five keys.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "simple-statistics";
import { keystream } from "../test/support/keystream.ts";
import { type Cost, costOf } from "./statistics/cost.ts";
import { DATA_KINDS } from "./statistics/data-kinds.ts";

const PROGRAM = join(import.meta.dir, "..", "dist", "esoteric-entropy");
const KEYS = 5;

const [nist, rounds = "3", symbols = "1000000"] = process.argv.slice(2);
const length = Number(symbols);

/** Makes the command line for a file of symbols. */
type Line = (file: string) => readonly string[];

/** Prints a row: of several files, what they take together. */
function compare(name: string, files: readonly string[], ours: Line, theirs: Line): void {
  const lines = nist === undefined ? [ours] : [ours, theirs];
  const costs = Array.from({ length: Number(rounds) }, () => costsOf(files, lines));
  const cells = lines.map((_, way) => ({
    seconds: median(costs.map((cost) => cost[way]!.seconds)),
    mib: Math.max(...costs.map((cost) => cost[way]!.mib)),
  }));
  const [here, there] = cells;
  const ratio = here && there ? `${(there.seconds / here.seconds).toFixed(1)} ×` : "";
  const row = [
    name,
    here?.seconds.toFixed(2),
    there?.seconds.toFixed(2),
    ratio,
    here?.mib.toFixed(0),
    there?.mib.toFixed(0),
  ];
  console.log(`| ${row.map((each) => each ?? "").join(" | ")} |`);
}

/** Runs each command line on each file, in turns. */
function costsOf(files: readonly string[], lines: readonly Line[]): Cost[] {
  const sums = lines.map(() => ({ seconds: 0, mib: 0 }));
  for (const file of files) {
    for (const [way, line] of lines.entries()) {
      // 4: the program found fault with the data, which is its work.
      const { seconds, mib } = costOf(line(file), { codes: [0, 4] });
      sums[way]!.seconds += seconds;
      sums[way]!.mib = Math.max(sums[way]!.mib, mib);
    }
  }
  return sums;
}

const folder = mkdtempSync(join(tmpdir(), "ee-bench-"));
try {
  console.log(`${cpus()[0]?.model.trim()}, Bun ${Bun.version}, ${length} symbols, median of ${rounds}\n`);
  console.log("| data | CPU s | NIST's | ratio | MiB | NIST's |\n|---|---:|---:|---:|---:|---:|");
  for (const bits of [8, 1]) {
    for (const [kind, make] of Object.entries(DATA_KINDS)) {
      const file = join(folder, `${kind}-${bits}`);
      writeFileSync(file, make(length, bits));
      compare(
        `non-IID, ${bits} bit, ${kind}`,
        [file],
        () => [PROGRAM, "assess", file, "--bits-per-symbol", String(bits)],
        () => [join(nist!, "ea_non_iid"), "-i", "-a", file, String(bits)],
      );
    }
  }
  const files = Array.from({ length: KEYS }, (_, key) => join(folder, `key-${key}`));
  for (const [key, file] of files.entries()) writeFileSync(file, keystream(length, key + 1));
  compare(
    `IID, 8 bit, ${KEYS} key streams`,
    files,
    (file) => [PROGRAM, "assess", file, "--bits-per-symbol", "8", "--iid"],
    (file) => [join(nist!, "ea_iid"), "-i", "-a", file, "8"],
  );
} finally {
  rmSync(folder, { recursive: true });
}
