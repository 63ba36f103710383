/**
 * Measures CPU time of the SP 800-90B IID tests, and of NIST's C++ program on the same data in turn. Asserts nothing.
 *
 *     bun bench/sp800-90b-iid.ts [keys] [path of ea_iid]
 *
 * The number of permutations that good data need depends on chance, and NIST's program draws others at each run: mostly a few
 * hundred, so several keys are tried. By the rule itself about one good file in fifty fails and takes all 10,000 permutations,
 * here as in NIST's program; with 8 bits, key 3 does.
 */

import { createCipheriv } from "node:crypto";
import { cpus } from "node:os";
import { median } from "simple-statistics";
import { iidLoops } from "../src/native-loops.ts";
import { assessAlone } from "../test/stats/sp800-90b/iid/assess-alone.ts";
import { costOf, withFile } from "./statistics/cost.ts";

const KEYS = Number(process.argv[2] ?? 5);

const NIST_PROGRAM = process.argv[3];

const GOOD_SYMBOLS = 1_000_000;
const STICKY_BITS = 20_000;
const STAY = 0.9;

/** Makes an AES-128-CTR key stream. */
function keystream(key: number, bytes: number): Uint8Array {
  return createCipheriv("aes-128-ctr", Buffer.alloc(16, key), Buffer.alloc(16)).update(Buffer.alloc(bytes));
}

async function measure(label: string, symbols: Uint8Array, bits: number, complete = true): Promise<number> {
  const before = process.cpuUsage();
  const { permutation, passed } = await assessAlone(symbols, bits, { complete, loops: iidLoops() });
  const used = process.cpuUsage(before);
  const seconds = (used.user + used.system) / 1e6;
  const count = permutation.kind === "permutation" ? permutation.permutations : 0;
  const nist =
    NIST_PROGRAM === undefined
      ? undefined
      : withFile(symbols, (file) => costOf([NIST_PROGRAM, "-a", file, String(bits)])).seconds;
  const beside =
    nist === undefined ? "" : `, ea_iid ${nist.toFixed(2)} s, ${(nist / seconds).toFixed(1)} times`;
  console.log(
    `${label.padEnd(34)}${String(passed).padEnd(7)}${String(count).padStart(6)} permutations${seconds.toFixed(2).padStart(8)} s${beside}`,
  );
  return seconds;
}

console.log(`IID tests, CPU seconds on one core; ${cpus()[0]?.model}, Bun ${Bun.version}`);
for (const bits of [8, 4, 1]) {
  const runs: number[] = [];
  for (let key = 1; key <= KEYS; key++) {
    const symbols = keystream(key, GOOD_SYMBOLS).map((byte) => byte >> (8 - bits));
    runs.push(await measure(`keystream ${key}, 1,000,000 × ${bits} bit`, symbols, bits));
  }
  console.log(`  median ${median(runs).toFixed(2)} s`);
}

const random = keystream(0, STICKY_BITS);
let bit = 0;
const sticky = random.map((byte) => {
  if (byte >= STAY * 256) bit ^= 1;
  return bit;
});
await measure(`sticky, ${STICKY_BITS.toLocaleString("en")} × 1 bit`, sticky, 1);
await measure("the same, verdict only", sticky, 1, false);
