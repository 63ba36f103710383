/**
 * Counts how often each test of the battery rejects good data: AES-256-CTR key streams with key 00 01 … 1f. The number
 * of the sequence is the first four bytes of its counter block. Prints a Markdown table.
 *
 *     bun bench/calibrate-battery.ts [sequences = 2000] [bytes = 125000] [first = 0]
 */

import { createCipheriv } from "node:crypto";
import { quantile } from "simple-statistics";
import { battery } from "../src/stats/battery.ts";
import { DEFAULT_ALPHA } from "../src/stats/constants.ts";
import { qualityScore } from "../src/stats/quality.ts";
import { failed } from "../src/stats/result.ts";
import { countPValues } from "../src/stats/sp800-22/index.ts";
import { BATTERY } from "../src/stats/suites.ts";

const sequences = Number(process.argv[2] ?? 2000);
const bytes = Number(process.argv[3] ?? 125_000);
const first = Number(process.argv[4] ?? 0);

/** The 0.005 % point of the normal law, for a two-sided 99.99 % interval. */
const Z = 3.8905918864131;

const key = Uint8Array.from({ length: 32 }, (_, i) => i);
const zeros = new Uint8Array(bytes);
const failures = new Map<string, number>();
const verdicts = new Map<string, number>();
const pValues = new Map<string, number[]>();
const scores: number[] = [];

for (let s = 0; s < sequences; s++) {
  const counter = new Uint8Array(16);
  new DataView(counter.buffer).setUint32(0, first + s);
  const results = battery(createCipheriv("aes-256-ctr", key, counter).update(zeros));
  scores.push(qualityScore(results).score ?? 0);
  for (const result of results) {
    const verdict = failed(result);
    if (verdict === undefined || result.kind !== "hypothesis") continue;
    verdicts.set(result.test, (verdicts.get(result.test) ?? 0) + 1);
    failures.set(result.test, (failures.get(result.test) ?? 0) + Number(verdict));
    const own = pValues.get(result.test) ?? [];
    own.push(...result.pValues);
    pValues.set(result.test, own);
  }
}

console.log(`${sequences} sequences of ${bytes} bytes, α = ${DEFAULT_ALPHA}\n`);
console.log("| test | sequences | rejected | rate | 99.99 % interval | inside | p-values by tenths, % |");
console.log("|---|---:|---:|---:|---|---|---|");
for (const { id } of BATTERY) {
  const n = verdicts.get(id) ?? 0;
  if (n === 0) {
    console.log(`| ${id} | 0 | – | – | – | – | no verdict |`);
    continue;
  }
  const rejected = failures.get(id) ?? 0;
  const half = Z * Math.sqrt(DEFAULT_ALPHA * (1 - DEFAULT_ALPHA) * n) + 0.5;
  const low = Math.max(0, Math.ceil(DEFAULT_ALPHA * n - half));
  const high = Math.floor(DEFAULT_ALPHA * n + half);
  const own = pValues.get(id)!;
  const tenths = countPValues(own, 10)
    .map((count) => ((100 * count) / own.length).toFixed(1))
    .join(" ");
  const inside = rejected <= high ? (rejected >= low ? "yes" : "below") : "ABOVE";
  console.log(
    `| ${id} | ${n} | ${rejected} | ${((100 * rejected) / n).toFixed(2)} % | ${low}–${high} | ${inside} | ${tenths} |`,
  );
}
const at = (share: number) => quantile(scores, share).toFixed(1);
const low = scores.filter((score) => score < 90).length;
console.log(
  `\nquality score: least ${at(0)}, 0.1 % ${at(0.001)}, 1 % ${at(0.01)}, median ${at(0.5)}; ${low} below 90`,
);
