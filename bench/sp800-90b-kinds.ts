/**
 * Measures the built program beside NIST's on data of several kinds, both in turns: CPU time with start-up, and memory. Asserts
 * nothing.
 *
 *     bun bench/sp800-90b-kinds.ts FOLDER [rounds] [symbols]
 *
 * FOLDER has ea_non_iid and ea_iid. The median of the rounds counts, default 3. The number of permutations that IID data need depends
 * on chance, in NIST's program on another one each time: that row is the sum over five keys.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "simple-statistics";
import { keystream } from "../test/support/keystream.ts";
import { DATA_KINDS } from "./data-kinds.ts";

const PROGRAM = join(import.meta.dir, "..", "dist", "esoteric-entropy");
const KEYS = 5;

const [nist, rounds = "3", symbols = "1000000"] = process.argv.slice(2);
if (nist === undefined) throw new Error("usage: bun bench/sp800-90b-kinds.ts FOLDER [rounds] [symbols]");
const length = Number(symbols);

interface Cost {
  readonly seconds: number;
  readonly mib: number;
}

/** Runs a program to its end. @throws Error if it failed, other than by finding fault with the data */
async function costOf(command: readonly string[]): Promise<Cost> {
  const child = Bun.spawn([...command], { stdout: "ignore", stderr: "ignore" });
  const code = await child.exited;
  if (code !== 0 && code !== 4) throw new Error(`${command.join(" ")} ended with exit code ${code}`);
  const { cpuTime, maxRSS } = child.resourceUsage()!;
  return { seconds: Number(cpuTime.total) / 1e6, mib: maxRSS / 2 ** 20 };
}

/** Prints a row: of several files, what they take together. */
async function compare(
  name: string,
  files: readonly string[],
  ours: (file: string) => readonly string[],
  theirs: (file: string) => readonly string[],
): Promise<void> {
  const costs: { readonly here: Cost; readonly there: Cost }[] = [];
  for (let round = 0; round < Number(rounds); round++) {
    const [here, there] = [
      { seconds: 0, mib: 0 },
      { seconds: 0, mib: 0 },
    ];
    for (const file of files) {
      for (const [sum, command] of [
        [here, ours(file)],
        [there, theirs(file)],
      ] as const) {
        const { seconds, mib } = await costOf(command);
        sum.seconds += seconds;
        sum.mib = Math.max(sum.mib, mib);
      }
    }
    costs.push({ here, there });
  }
  const here = median(costs.map((cost) => cost.here.seconds));
  const there = median(costs.map((cost) => cost.there.seconds));
  const [mib, nistMib] = (["here", "there"] as const).map((at) =>
    Math.max(...costs.map((cost) => cost[at].mib)),
  );
  console.log(
    `| ${name} | ${here.toFixed(2)} | ${there.toFixed(2)} | ${(there / here).toFixed(1)} × | ${mib!.toFixed(0)} | ${nistMib!.toFixed(0)} |`,
  );
}

const folder = mkdtempSync(join(tmpdir(), "ee-bench-"));
try {
  console.log(`${cpus()[0]?.model.trim()}, Bun ${Bun.version}, ${length} symbols, median of ${rounds}\n`);
  console.log("| data | CPU s | NIST's | ratio | MiB | NIST's |\n|---|---:|---:|---:|---:|---:|");
  for (const bits of [8, 1]) {
    for (const [kind, make] of Object.entries(DATA_KINDS)) {
      const file = join(folder, `${kind}-${bits}`);
      writeFileSync(file, make(length, bits));
      await compare(
        `non-IID, ${bits} bit, ${kind}`,
        [file],
        () => [PROGRAM, "assess", file, "--bits-per-symbol", String(bits)],
        () => [join(nist, "ea_non_iid"), "-i", "-a", file, String(bits)],
      );
    }
  }
  const files = Array.from({ length: KEYS }, (_, key) => join(folder, `key-${key}`));
  for (const [key, file] of files.entries()) writeFileSync(file, keystream(length, key + 1));
  await compare(
    `IID, 8 bit, ${KEYS} key streams`,
    files,
    (file) => [PROGRAM, "assess", file, "--bits-per-symbol", "8", "--iid"],
    (file) => [join(nist, "ea_iid"), "-i", "-a", file, "8"],
  );
} finally {
  rmSync(folder, { recursive: true });
}
