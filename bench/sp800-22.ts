/**
 * Measures CPU time of SP 800-22 on 1,000,000 bits of π, test by test, and of NIST's program on the same bits; and on bits of
 * other kinds, where the work of some tests depends on the data. Asserts nothing.
 *
 *     bun bench/sp800-22.ts [rounds] [FOLDER]
 *
 * Each test runs `rounds` times (default 30), after as many runs for warming up. The least time counts, since the
 * machine's other work can only add to it. Times are user + system. FOLDER is that of STS 2.1.2 with `assess` built in it, which
 * writes its results there.
 */
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { bitString } from "../src/stats/bits.ts";
import { sp80022 } from "../src/stats/sp800-22/index.ts";
import { SP800_22 } from "../src/stats/suites.ts";
import { piBits } from "../test/stats/sp800-22/constant-bits.ts";
import { costOf, withFile } from "./statistics/cost.ts";
import { DATA_KINDS } from "./statistics/data-kinds.ts";

/** Runs of NIST's program, which takes seconds; the least counts, too. */
const STS_ROUNDS = 3;

const rounds = Number(process.argv[2] ?? 30);
const stsFolder = process.argv[3];
const pi = piBits(1_000_000);
const bits = bitString(pi, 1_000_000);

function leastMs(work: () => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 2 * rounds; round++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    if (round >= rounds) least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

/** Has NIST's program test bits of π: one sequence, a file of bytes, all tests with their defaults. */
function stsMs(folder: string): number {
  return withFile(pi, (file) => {
    const input = `0\n${file}\n1\n0\n1\n1\n`;
    const program = join(resolve(folder), "assess");
    const runs = Array.from({ length: STS_ROUNDS }, () => {
      // It ends with 1 at any rate.
      const run = costOf([program, "1000000"], { cwd: folder, input, codes: [1] });
      if (!run.stdout.includes("Statistical Testing Complete")) throw new Error(`${program}: ${run.stdout}`);
      return run;
    });
    return Math.min(...runs.map(({ seconds }) => 1000 * seconds));
  });
}

console.log(`${cpus()[0]?.model.trim()}, Bun ${Bun.version}, least of ${rounds}\n`);
console.log("| test | CPU ms |\n|---|---:|");
for (const { id: test } of SP800_22) {
  console.log(`| ${test} | ${leastMs(() => sp80022(bits, { tests: [test] })).toFixed(2)} |`);
}
const total = leastMs(() => sp80022(bits));
console.log(`| all | ${total.toFixed(2)} |`);
if (stsFolder !== undefined) {
  const ms = stsMs(stsFolder);
  console.log(
    `\nSTS, least of ${STS_ROUNDS}: ${ms.toFixed(0)} ms, ${(ms / total).toFixed(1)}× the time here`,
  );
}

console.log("\n| bits | CPU ms |\n|---|---:|");
for (const [kind, make] of Object.entries(DATA_KINDS)) {
  const bytes = make(125_000, 8);
  console.log(`| ${kind} | ${leastMs(() => sp80022(bitString(bytes))).toFixed(2)} |`);
}
