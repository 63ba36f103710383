/**
 * Measures CPU time of SP 800-22 on 1,000,000 bits of π, test by test, with the ratio to other programs; and on bits of other
 * kinds, where the work of some tests depends on the data.
 *
 *     bun bench/sp800-22.ts [rounds]
 *
 * Each test runs `rounds` times (default 30), after as many runs for warming up. The least time counts, since the
 * machine's other work can only add to it. Times are user + system.
 */
import { cpus } from "node:os";
import { bitString } from "../src/stats/bits.ts";
import { sp80022 } from "../src/stats/sp800-22/index.ts";
import { SP800_22 } from "../src/stats/suites.ts";
import { piBits } from "../test/stats/sp800-22/constant-bits.ts";
import { DATA_KINDS } from "./data-kinds.ts";

/**
 * CPU seconds of other programs for all tests on 10 sequences of 1,000,000 bits: STS 2.1.2 as shipped and with -O2, and a
 * corrected rewrite in C with FFTW, one thread. Median of 3 to 5 runs on one core of a 2-core Zen 4 virtual machine.
 */
const OTHERS = { "STS 2.1.2 -O0": 42.2, "STS 2.1.2 -O2": 18.0, "C rewrite": 12.6 };
const REWRITE_MS: Record<string, number> = {
  "non-overlapping-template": 750,
  "linear-complexity": 390,
  dft: 34,
};

const rounds = Number(process.argv[2] ?? 30);
const bits = bitString(piBits(1_000_000), 1_000_000);

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

console.log(`${cpus()[0]?.model.trim()}, Bun ${Bun.version}, least of ${rounds}\n`);
console.log("| test | CPU ms | C rewrite ms | ratio |\n|---|---:|---:|---:|");
for (const { id: test } of SP800_22) {
  const ms = leastMs(() => sp80022(bits, { tests: [test] }));
  const other = REWRITE_MS[test];
  console.log(
    `| ${test} | ${ms.toFixed(2)} | ${other ?? ""} | ${other ? `${(other / ms).toFixed(1)}×` : ""} |`,
  );
}
const total = leastMs(() => sp80022(bits));
console.log(`| all | ${total.toFixed(2)} | | |\n`);
for (const [name, seconds] of Object.entries(OTHERS)) {
  console.log(`${name}: ${seconds * 100} ms, ${((seconds * 100) / total).toFixed(1)}× the time here`);
}

console.log("\n| bits | CPU ms |\n|---|---:|");
for (const [kind, make] of Object.entries(DATA_KINDS)) {
  const bytes = make(125_000, 8);
  console.log(`| ${kind} | ${leastMs(() => sp80022(bitString(bytes))).toFixed(2)} |`);
}
