/**
 * Counts how often a report on good data has a weak test, and how often a finding (exit code 4). Good data are
 * AES-256-CTR key streams with key 00 01 … 1f; the number of the sequence is the first four bytes of its counter block.
 * The rule allows one finding in 10,000 reports. To test it with fewer sequences, the same rule is also counted at 1 in
 * 1,000, 100 and 10.
 *
 *     bun bench/calibrate-findings.ts [sequences = 2000] [bytes = 12500] [first = 0]
 */
import { createCipheriv } from "node:crypto";
import { FINDING_LEVEL, verdictOf } from "../src/report/verdict.ts";
import { battery } from "../src/stats/battery.ts";
import { bitString } from "../src/stats/bits.ts";
import type { TestResult } from "../src/stats/result.ts";
import { sp80022 } from "../src/stats/sp800-22/index.ts";

const [sequences = 2_000, bytes = 12_500, first = 0] = process.argv.slice(2).map(Number);
const LEVELS = [FINDING_LEVEL, 1e-3, 1e-2, 1e-1];
const SUITES: Record<string, (data: Uint8Array) => TestResult[]> = {
  battery,
  "sp800-22": (data) => sp80022(bitString(data)),
};

const key = Uint8Array.from({ length: 32 }, (_, i) => i);
const zeros = new Uint8Array(bytes);
const counts = new Map(
  Object.keys(SUITES).map((suite) => [suite, { weak: 0, findings: LEVELS.map(() => 0) }]),
);
for (let s = 0; s < sequences; s++) {
  const counter = new Uint8Array(16);
  new DataView(counter.buffer).setUint32(0, first + s);
  const data = new Uint8Array(createCipheriv("aes-256-ctr", key, counter).update(zeros));
  for (const [suite, run] of Object.entries(SUITES)) {
    const results = run(data);
    const questions = results.filter((result) => result.kind === "hypothesis").length;
    const count = counts.get(suite)!;
    // A level ten times as high means the same as a tenth of the questions.
    const found = (level: number) =>
      results.some((result) => verdictOf(result, (questions * FINDING_LEVEL) / level) === "fail");
    if (results.some((result) => verdictOf(result, questions) !== "pass" && result.kind === "hypothesis")) {
      count.weak++;
    }
    LEVELS.forEach((level, i) => {
      if (found(level)) count.findings[i]!++;
    });
  }
}

console.log(`${sequences} sequences of ${bytes} bytes\n`);
console.log(`| suite | a weak test | ${LEVELS.map((level) => `finding at ${level}`).join(" | ")} |`);
console.log(`|---|---:|${LEVELS.map(() => "---:").join("|")}|`);
for (const [suite, { weak, findings }] of counts) {
  const percent = (count: number) => `${((100 * count) / sequences).toFixed(2)} %`;
  console.log(`| ${suite} | ${percent(weak)} | ${findings.map((n) => `${n} (${percent(n)})`).join(" | ")} |`);
}
