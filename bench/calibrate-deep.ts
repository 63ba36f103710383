/**
 * Counts how small the p-values of the battery for large data are on good data, and how much CPU time its families take: good data are AES-256-CTR
 * key streams, the key is the SHA-256 of "deep" and the number of the run. An honest family has a corrected p of at most x in at most a share x of
 * all runs.
 *
 *     bun bench/calibrate-deep.ts [runs = 100] [bytes = 1048576] [first = 0] [FAMILY…]
 *
 * Runs are numbered from `first` on, so that counts of several calls can be added up.
 */
import { createCipheriv, createHash } from "node:crypto";
import { cpus } from "node:os";
import { UNIT_BYTES } from "../ffi/deep-loops.ts";
import { loadLibrary } from "../ffi/index.ts";
import { FAMILIES } from "../src/deep/battery.ts";
import { correctedP, countPValues, RUN_LEVEL } from "../src/deep/budget.ts";
import { evaluate } from "../src/deep/evaluation.ts";
import type { Family, Observation } from "../src/deep/family.ts";

const LEVELS = [0.1, 0.01, 0.001];
const PIECE_BYTES = 32 * UNIT_BYTES;

const [runs, bytes, first] = [100, 2 ** 20, 0].map((usual, i) => Number(process.argv[2 + i] ?? usual));
const wanted = process.argv.slice(5);
const families = FAMILIES.filter(({ id }) => wanted.length === 0 || wanted.includes(id));

function* keyStream(run: number): Generator<Uint8Array> {
  const key = createHash("sha256").update(`deep ${run}`).digest();
  const cipher = createCipheriv("aes-256-ctr", key, new Uint8Array(16));
  for (let at = 0; at < bytes!; at += PIECE_BYTES) {
    yield new Uint8Array(cipher.update(new Uint8Array(Math.min(PIECE_BYTES, bytes! - at))));
  }
}

const cpuSeconds = new Map<string, number>();
const loops = loadLibrary().deepLoops();

function observe(family: Family, data: readonly Uint8Array[]): Observation[] {
  const before = process.cpuUsage();
  const observations = family.parts(loops).flatMap((part) => {
    const state = new Uint8Array(part.stateBytes);
    part.prepare?.(state);
    let offset = 0;
    for (const piece of data) {
      part.feed(state, piece, offset);
      offset += piece.length;
    }
    return [...part.conclude(state, offset)];
  });
  const { user, system } = process.cpuUsage(before);
  cpuSeconds.set(family.id, (cpuSeconds.get(family.id) ?? 0) + (user + system) / 1e6);
  return observations;
}

/** How often the lowest p of something, corrected, was below each of LEVELS. */
class Below {
  runs = 0;
  least = 1;
  readonly counts = LEVELS.map(() => 0);

  add(p: number): void {
    this.runs += 1;
    this.least = Math.min(this.least, p);
    for (const [i, level] of LEVELS.entries()) if (p < level) this.counts[i]! += 1;
  }

  row(name: string, cpu = ""): string {
    return `| ${name} | ${this.runs} | ${this.counts.join(" | ")} | ${this.least.toExponential(1)} | ${cpu} |`;
  }
}

const all = new Below();
const byFamily = new Map<string, Below>(families.map(({ id }) => [id, new Below()]));
const byTest = new Map<string, Below>();
let failures = 0;

for (let run = first!; run < first! + runs!; run++) {
  const data = [...keyStream(run)];
  const outcomes = families.map((family) => ({ family, observations: observe(family, data) }));
  const evaluation = evaluate(outcomes, bytes!, 0);
  all.add(evaluation.p ?? 1);
  if (evaluation.verdict === "fail") failures += 1;
  for (const { family, observations } of outcomes) {
    const pValues = countPValues(observations);
    byFamily.get(family.id)!.add(Math.min(1, ...observations.map(({ p }) => correctedP(p, pValues, 1))));
    for (const { test, p, among } of observations) {
      const name = `${family.id}/${test}`;
      if (!byTest.has(name)) byTest.set(name, new Below());
      byTest.get(name)!.add(correctedP(p, among, 1));
    }
  }
  if (process.stderr.isTTY) process.stderr.write(`\r${run - first! + 1} of ${runs} runs`);
}

console.log(`${cpus()[0]?.model.trim()}; runs ${first} to ${first! + runs! - 1} of ${bytes} bytes\n`);
console.log(
  `| lowest corrected p of | counted | ${LEVELS.map((level) => `< ${level}`).join(" | ")} | least | CPU s a run |`,
);
console.log(`|---|---:|${LEVELS.map(() => "---:").join("|")}|---:|---:|`);
const seconds = (id: string) => ((cpuSeconds.get(id) ?? 0) / runs!).toFixed(2);
console.log(
  all.row(
    "**all, as the report corrects**",
    [...cpuSeconds.values()].reduce((a, b) => a + b / runs!, 0).toFixed(2),
  ),
);
for (const [id, below] of byFamily) console.log(below.row(`family ${id}`, seconds(id)));
for (const [name, below] of byTest) console.log(below.row(name));
console.log(`\n${failures} failed, where ${RUN_LEVEL} of runs may, at all their evaluations together`);
