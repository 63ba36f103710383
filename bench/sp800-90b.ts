/**
 * Measures CPU time of the SP 800-90B estimators on 1,000,000 symbols of 8, 4 and 1 bit: with the loops of the native library, and
 * in plain TypeScript; and of NIST's C++ program on the same symbols. Asserts nothing.
 *
 *     bun bench/sp800-90b.ts [path of ea_non_iid]
 */

import { cpus } from "node:os";
import { estimatorLoops } from "../src/native-loops.ts";
import { compact, toBitString } from "../src/stats/sp800-90b/alphabet.ts";
import { assess } from "../src/stats/sp800-90b/assess.ts";
import { collision } from "../src/stats/sp800-90b/collision.ts";
import { compression } from "../src/stats/sp800-90b/compression.ts";
import type { Sequence } from "../src/stats/sp800-90b/estimate.ts";
import { lag } from "../src/stats/sp800-90b/lag.ts";
import { type Loops, PLAIN_LOOPS } from "../src/stats/sp800-90b/loops.ts";
import { lz78y } from "../src/stats/sp800-90b/lz78y.ts";
import { markov } from "../src/stats/sp800-90b/markov.ts";
import { mostCommonValue } from "../src/stats/sp800-90b/most-common-value.ts";
import { multiMcw } from "../src/stats/sp800-90b/multi-mcw.ts";
import { multiMmc } from "../src/stats/sp800-90b/multi-mmc.ts";
import { costOf, withFile } from "./statistics/cost.ts";
import { random } from "./statistics/data-kinds.ts";

const SYMBOLS = 1_000_000;
const ROUNDS = 3;

const NIST_PROGRAM = process.argv[2];

const stepsWith = (loops: Loops): Readonly<Record<string, (sequence: Sequence) => unknown>> => ({
  mcv: (sequence) => mostCommonValue(sequence, loops.countSymbols),
  collision: (sequence) => collision(sequence, loops.countWaits),
  markov: (sequence) => markov(sequence, loops.countSteps),
  compression: (sequence) => compression(sequence, loops.countDistances),
  "t-tuple, lrs": loops.countRepeats,
  multiMcw: (sequence) => multiMcw(sequence, loops.multiMcw),
  lag: (sequence) => lag(sequence, loops.lag),
  multiMmc: (sequence) => multiMmc(sequence, loops.multiMmc),
  lz78y: (sequence) => lz78y(sequence, loops.lz78y),
});
/** Where the library cannot be loaded, both are the same. */
const LOOPS = { native: estimatorLoops(), plain: PLAIN_LOOPS };
const BITS_ONLY: readonly string[] = ["collision", "markov", "compression"];

/** Returns the least CPU time of several rounds: on a shared machine the other rounds measure the neighbours. */
function cpuSeconds(work: () => unknown, rounds: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1e6);
  }
  return least;
}

/** Returns the least of several rounds, too. */
function nistSeconds(symbols: Uint8Array, bits: number, program: string): number {
  return withFile(symbols, (file) =>
    Math.min(
      ...Array.from({ length: ROUNDS }, () => costOf([program, "-i", "-a", file, String(bits)]).seconds),
    ),
  );
}

const cell = (seconds: number | undefined) => (seconds === undefined ? "" : seconds.toFixed(3)).padStart(10);

console.log(
  `${SYMBOLS.toLocaleString("en")} uniform symbols, CPU seconds; ${cpus()[0]?.model}, Bun ${Bun.version}`,
);
for (const bits of [8, 4, 1]) {
  const symbols = random(SYMBOLS, bits);
  const original = compact(symbols);
  const nist = NIST_PROGRAM === undefined ? undefined : nistSeconds(symbols, bits, NIST_PROGRAM);
  if (nist !== undefined) console.log(`\n${bits} bit, ea_non_iid: ${nist.toFixed(3)} s`);
  const bitString = bits > 1 ? toBitString(symbols, bits) : undefined;
  for (const [name, loops] of Object.entries(LOOPS)) {
    const cold = cpuSeconds(() => assess(symbols, bits, { loops }), 1);
    const warm = cpuSeconds(() => assess(symbols, bits, { loops }), ROUNDS);
    console.log(
      `\n${bits} bit, ${name}${"estimator".padStart(16 - name.length)}${"symbols".padStart(11)}${"bits".padStart(10)}`,
    );
    for (const [step, run] of Object.entries(stepsWith(loops))) {
      const onSymbols =
        bits > 1 && BITS_ONLY.includes(step) ? undefined : cpuSeconds(() => run(original), ROUNDS);
      const onBits = bitString && cpuSeconds(() => run(bitString), ROUNDS);
      console.log(`${step.padStart(23)} ${cell(onSymbols)}${cell(onBits)}`);
    }
    for (const [label, seconds] of [
      ["assess, first run", cold],
      ["assess, warm", warm],
    ] as const) {
      const ratio =
        nist === undefined ? "" : `   ea_non_iid takes ${(nist / seconds).toFixed(1)} times as long`;
      console.log(`${label.padStart(23)} ${cell(seconds)}${ratio}`);
    }
  }
}
console.log(`\nresident memory at the end: ${Math.round(process.memoryUsage.rss() / 1e6)} MB`);
