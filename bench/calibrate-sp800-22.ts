/**
 * Measures how often SP 800-22 rejects good data: each test's rejection rate at α = 0.01 over many sequences of an
 * AES-256-CTR key stream, with the standard's constants and with exact ones, and the uniformity of the p-values.
 *
 *     bun bench/calibrate-sp800-22.ts [sequences = 10000] [bits = 1000000] [seed = 1]
 *
 * "Interval" holds a correct test's rate with probability 99.99 %: binomial, with as many trials as sequences to which
 * the test applied. For a test with several p-values the rate is the mean of theirs. The interval is that of a single
 * p-value, which is too wide for the mean; "outside" counts the p-values whose own rates lie outside it. "Uniformity" is
 * the smallest p-value of §4.2.2 among them; below 0.0001 divided by their number it is suspicious.
 */
import { createCipheriv, createHash } from "node:crypto";
import binomial from "@stdlib/stats-base-dists-binomial";
import { bitString } from "../src/stats/bits.ts";
import { DEFAULT_ALPHA as ALPHA } from "../src/stats/constants.ts";
import type { TestResult } from "../src/stats/result.ts";
import { type AnalysisLine, finalAnalysis, sp80022 } from "../src/stats/sp800-22/index.ts";
import { SP800_22 } from "../src/stats/suites.ts";

const OUTSIDE = 0.0001;
const [sequences = 10_000, bits = 1_000_000, seed = 1] = process.argv.slice(2).map(Number);

const key = createHash("sha256").update(`calibration ${seed}`).digest();
const keyStream = createCipheriv("aes-256-ctr", key, new Uint8Array(16));
const zeros = new Uint8Array(Math.ceil(bits / 8));

const nist: TestResult[][] = [];
const exact: TestResult[][] = [];
for (let i = 0; i < sequences; i++) {
  const results = sp80022(bitString(keyStream.update(zeros), bits));
  // Details of thousands of sequences would fill the memory.
  const lean = results.map((r): TestResult => (r.kind === "hypothesis" ? { ...r, details: {} } : r));
  nist.push(lean);
  exact.push(
    lean.flatMap((r) =>
      r.kind === "hypothesis" && r.exactPValues ? [{ ...r, pValues: r.exactPValues }] : [],
    ),
  );
  if ((i + 1) % 1000 === 0) console.error(`${i + 1} sequences`);
}

function row(name: string, lines: readonly AnalysisLine[]): string {
  const k = lines[0]!.sequences;
  const lower = binomial.quantile(OUTSIDE / 2, k, ALPHA) / k;
  const upper = binomial.quantile(1 - OUTSIDE / 2, k, ALPHA) / k;
  const rates = lines.map((line) => 1 - line.proportion);
  const rate = rates.reduce((a, b) => a + b) / rates.length;
  const outside = rates.filter((r) => r < lower - 1e-12 || r > upper + 1e-12).length;
  const uniformity = Math.min(...lines.map((line) => line.uniformity));
  const percent = (x: number): string => `${(100 * x).toFixed(2)} %`;
  return `| ${[name, lines.length, k, percent(rate), `${percent(lower)} – ${percent(upper)}`, outside, uniformity.toPrecision(3)].join(" | ")} |`;
}

const nistLines = finalAnalysis(nist, ALPHA);
const exactLines = finalAnalysis(exact, ALPHA);
console.log(`${sequences} sequences of ${bits} bits, AES-256-CTR, seed ${seed}, α = ${ALPHA}\n`);
console.log("| test | p-values | sequences | rejected | 99.99 % interval | outside | uniformity |");
console.log("|---|---:|---:|---:|---|---:|---:|");
for (const { id: test } of SP800_22) {
  const standard = nistLines.filter((line) => line.test === test);
  if (standard.length === 0) continue;
  const other = exactLines.filter((line) => line.test === test);
  console.log(row(other.length > 0 ? `${test}, standard's constants` : test, standard));
  if (other.length > 0) console.log(row(`${test}, exact constants`, other));
}
