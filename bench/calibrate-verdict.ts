/**
 * Counts how often `report` fails good data (exit code 4), where it promises one report in 10,000: by size of the data, and by test.
 * Good data are AES-256-CTR key streams; the key is the SHA-256 of "verdict", the seed and the size, the number of the run the first
 * four bytes of the counter block. Results and verdict are the product's own; only a test that measures and never judges is left out,
 * and nothing is drawn.
 *
 *     bun bench/calibrate-verdict.ts [--suite battery] [--sizes 1250:100000,2500:100000] [--seed 1] [--processes 1] [--state PATH]
 *
 * A size is bytes, a colon, and runs, which are rounded up to whole slices. Sizes come one after the other. With --state, counts are written there after each slice, and
 * another call goes on from there; an interrupt ends a call with the tables of what was counted so far.
 */
import { createCipheriv, createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { judge } from "../src/report/report.ts";
import { FINDING_LEVEL, verdictOf, withExactConstants } from "../src/report/verdict.ts";
import { battery } from "../src/stats/battery.ts";
import { bitString } from "../src/stats/bits.ts";
import { binomialUpper } from "../src/stats/math/tails.ts";
import { failed, type TestResult } from "../src/stats/result.ts";
import { sp80022 } from "../src/stats/sp800-22/index.ts";
import { SUITES } from "../src/stats/suites.ts";

const DEFAULT_SIZES = "1250:100000,2500:100000,12500:100000,20000:100000,100000:5000,1000000:500";
/** Levels of a single test, whose rates say which one a wrong verdict comes from. */
const TEST_LEVELS = [1e-2, 1e-3, 1e-4];
/** Levels of a whole report: that of a finding, and larger ones, which fewer runs suffice to see. */
const REPORT_LEVELS = [FINDING_LEVEL, 1e-3, 1e-2];
/** Runs of a slice are a power of ten, with about so many bytes: some seconds. */
const SLICE_BYTES = 5e6;

const SUITE_RUNS = {
  battery: (data: Uint8Array) => battery(data, { tests: JUDGING }),
  "sp800-22": (data: Uint8Array) => sp80022(bitString(data)),
};
type SuiteName = keyof typeof SUITE_RUNS;
const JUDGING = SUITES.battery.tests.map(({ id }) => id).filter((id) => id !== "lempel-ziv");

interface Slice {
  readonly suite: SuiteName;
  readonly seed: string;
  readonly bytes: number;
  readonly first: number;
  readonly runs: number;
}

interface TestCount {
  applied: number;
  /** Runs with a p-value below each of TEST_LEVELS. */
  readonly below: number[];
  findings: number;
}

/** Counts of one size. */
interface Counts {
  runs: number;
  /** Runs with a finding, had each of REPORT_LEVELS been the promise. */
  readonly findings: number[];
  readonly tests: { [test: string]: TestCount };
  /** Which runs failed, and by what: `run: findings`. */
  readonly failed: string[];
}

const noCounts = (): Counts => ({ runs: 0, findings: REPORT_LEVELS.map(() => 0), tests: {}, failed: [] });

function keyStream({ seed, bytes }: Slice, run: number): Uint8Array {
  const key = createHash("sha256").update(`verdict ${seed} ${bytes}`).digest();
  const counter = new Uint8Array(16);
  new DataView(counter.buffer).setUint32(0, run);
  return new Uint8Array(createCipheriv("aes-256-ctr", key, counter).update(new Uint8Array(bytes)));
}

function count(slice: Slice): Counts {
  const counts = noCounts();
  const { suite, bytes, first, runs } = slice;
  for (let run = first; run < first + runs; run++) {
    const results = SUITE_RUNS[suite](keyStream(slice, run));
    const { summary } = judge({
      input: { kind: "file", name: "", bytes, sha256: "", bitsPerSymbol: 8 },
      suites: [suite],
      constants: "nist",
      sequences: 1,
      results: results.map((result) => ({ ...result, testedBytes: bytes })),
      notes: [],
    });
    if (summary.verdict === "fail") counts.failed.push(`${run}: ${summary.findings.join(", ")}`);
    // A level ten times as high means the same as a tenth of the questions.
    const isFound = (level: number, result: TestResult) =>
      verdictOf(result, (summary.questions * FINDING_LEVEL) / level) === "fail";
    REPORT_LEVELS.forEach((level, i) => {
      counts.findings[i]! += Number(results.some((result) => isFound(level, result)));
    });
    for (const result of results) countTest(counts, result, isFound(FINDING_LEVEL, result));
    counts.runs++;
  }
  return counts;
}

function countTest({ tests }: Counts, result: TestResult, isFinding: boolean): void {
  tests[result.test] ??= { applied: 0, below: TEST_LEVELS.map(() => 0), findings: 0 };
  if (result.kind !== "hypothesis") return;
  const counted = tests[result.test]!;
  counted.applied++;
  TEST_LEVELS.forEach((level, i) => {
    counted.below[i]! += Number(failed(withExactConstants(result), level));
  });
  counted.findings += Number(isFinding);
}

function add(to: Counts, more: Counts): void {
  to.runs += more.runs;
  more.findings.forEach((findings, i) => {
    to.findings[i]! += findings;
  });
  to.failed.push(...more.failed);
  for (const [test, { applied, below, findings }] of Object.entries(more.tests)) {
    to.tests[test] ??= { applied: 0, below: TEST_LEVELS.map(() => 0), findings: 0 };
    const own = to.tests[test]!;
    own.applied += applied;
    below.forEach((runs, i) => {
      own.below[i]! += runs;
    });
    own.findings += findings;
  }
}

/** Exact interval of a rate (C. J. Clopper, E. S. Pearson, Biometrika 26 (1934) 404–413). */
function interval(hits: number, runs: number, outside = 0.05): [low: number, high: number] {
  const low = hits === 0 ? 0 : halve((rate) => binomialUpper(hits, runs, rate) > outside / 2);
  const high = hits === runs ? 1 : halve((rate) => 1 - binomialUpper(hits + 1, runs, rate) < outside / 2);
  return [low, high];
}

/** The least rate for which it is true, for what is false below and true above. */
function halve(isAbove: (rate: number) => boolean): number {
  let [low, high] = [0, 1];
  while (high - low > 1e-9 * high) {
    const middle = (low + high) / 2;
    if (isAbove(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Facts that all counts of a file share: the first line of it. */
interface Subject {
  readonly suite: SuiteName;
  readonly seed: string;
  /** Digest of the sources that decide: counts of different ones are not added up. */
  readonly sources: string;
}

interface Counted {
  readonly slice: Slice;
  readonly counts: Counts;
}

/** Counted slices, in memory and, if it is named, in a file with one a line. */
class Ledger {
  readonly counted: Counted[] = [];

  /** @throws Error for a file that is of another subject */
  constructor(
    readonly subject: Subject,
    private readonly path: string | undefined,
  ) {
    if (path === undefined) return;
    if (!existsSync(path)) writeFileSync(path, `${JSON.stringify(subject)}\n`);
    // What stands after the last line end was cut off by a power cut or the like.
    const [first, ...lines] = readFileSync(path, "utf8").split("\n").slice(0, -1);
    if (first !== JSON.stringify(subject))
      throw new Error(
        `${path} holds counts of another suite or seed, or of other sources; name another file`,
      );
    this.counted.push(...lines.map((line) => JSON.parse(line) as Counted));
  }

  add(counted: Counted): void {
    this.counted.push(counted);
    if (this.path !== undefined) appendFileSync(this.path, `${JSON.stringify(counted)}\n`);
  }

  /** Gives out what is not yet counted, in the order of the sizes. */
  *missing(sizes: readonly Size[]): Generator<Slice> {
    const { suite, seed } = this.subject;
    for (const { bytes, runs } of sizes) {
      const step = 10 ** Math.max(0, Math.floor(Math.log10(SLICE_BYTES / bytes)));
      for (let first = 0; first < runs; first += step) {
        const slice = { suite, seed, bytes, first, runs: step };
        if (!this.counted.some((counted) => Bun.deepEquals(counted.slice, slice))) yield slice;
      }
    }
  }

  bySize(): Map<number, Counts> {
    const sizes = new Map<number, Counts>();
    for (const { slice, counts } of this.counted) {
      if (!sizes.has(slice.bytes)) sizes.set(slice.bytes, noCounts());
      add(sizes.get(slice.bytes)!, counts);
    }
    return sizes;
  }
}

interface Size {
  readonly bytes: number;
  readonly runs: number;
}

async function digestOfSources(): Promise<string> {
  const root = join(import.meta.dir, "..", "src");
  const hash = createHash("sha256");
  for (const path of [...new Bun.Glob("stats/**/*.ts").scanSync(root), ...VERDICT_SOURCES].sort())
    hash.update(await Bun.file(join(root, path)).bytes());
  return hash.digest("hex");
}

const VERDICT_SOURCES = ["report/report.ts", "report/verdict.ts"];

function print(ledger: Ledger): void {
  const { suite, seed } = ledger.subject;
  const sizes = [...ledger.bySize()].sort(([a], [b]) => a - b);
  const percent = (hits: number, runs: number) => `${((100 * hits) / runs).toPrecision(2)} %`;
  console.log(`${suite}, AES-256-CTR, seed ${seed}; ${cpus()[0]?.model.trim()}, ${cpus().length} cores\n`);
  const [, ...larger] = REPORT_LEVELS;
  console.log(
    `| bytes | runs | FAIL | rate | 95 % interval | promised | ${larger.map((level) => `at ${level}`).join(" | ")} |`,
  );
  console.log(`|---:|---:|---:|---:|---|---:|${larger.map(() => "---:|").join("")}`);
  for (const [bytes, { runs, findings }] of sizes) {
    const [low, high] = interval(findings[0]!, runs).map((rate) => `${(100 * rate).toPrecision(2)} %`);
    const others = findings.slice(1).map((hits) => percent(hits, runs));
    console.log(
      `| ${[bytes, runs, findings[0], percent(findings[0]!, runs), `${low} – ${high}`, `${100 * FINDING_LEVEL} %`, ...others].join(" | ")} |`,
    );
  }
  for (const [bytes, counts] of sizes) {
    console.log(`\n${bytes} bytes, ${counts.runs} runs (!: above its level, with 99.99 % confidence)\n`);
    console.log(`| test | applied | ${TEST_LEVELS.map((level) => `p < ${level}`).join(" | ")} | FAIL |`);
    console.log(`|---|---:|${TEST_LEVELS.map(() => "---:|").join("")}---:|`);
    for (const [test, { applied, below, findings }] of Object.entries(counts.tests)) {
      if (applied === 0) continue;
      const rates = below.map((hits, i) => {
        const isAbove = binomialUpper(hits, applied, TEST_LEVELS[i]!) < 1e-4;
        return `${percent(hits, applied)}${isAbove ? " !" : ""}`;
      });
      console.log(`| ${[test, applied, ...rates, findings].join(" | ")} |`);
    }
    for (const line of counts.failed) console.log(`\nFAIL in run ${line}`);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      suite: { type: "string", default: "battery" },
      sizes: { type: "string", default: DEFAULT_SIZES },
      seed: { type: "string", default: "1" },
      processes: { type: "string", default: "1" },
      state: { type: "string" },
    },
  });
  const suite = values.suite as SuiteName;
  if (!Object.hasOwn(SUITE_RUNS, suite)) throw new Error(`--suite: ${Object.keys(SUITE_RUNS).join(" or ")}`);
  const sizes = values.sizes.split(",").map((size) => {
    const [bytes = 0, runs = 0] = size.split(":").map(Number);
    if (!(bytes > 0 && runs > 0)) throw new Error(`--sizes: '${size}' is not BYTES:RUNS`);
    return { bytes, runs };
  });
  const ledger = new Ledger({ suite, seed: values.seed, sources: await digestOfSources() }, values.state);
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupt.abort());
  const missing = ledger.missing(sizes);
  await Promise.all(
    Array.from({ length: Number(values.processes) }, () => work(ledger, missing, interrupt.signal)),
  );
  print(ledger);
}

/** Has one process count slice by slice. */
async function work(ledger: Ledger, missing: Iterable<Slice>, signal: AbortSignal): Promise<void> {
  const ended = Promise.withResolvers<undefined>();
  let answered = Promise.withResolvers<Counts>();
  const child = Bun.spawn([process.execPath, import.meta.path, "--count"], {
    stdio: ["ignore", "inherit", "inherit"],
    signal,
    ipc: (counts: Counts) => answered.resolve(counts),
    onExit: (_, code) => {
      if (signal.aborted || code === 0) ended.resolve(undefined);
      else ended.reject(new Error(`a counting process ended with exit code ${code}`));
    },
  });
  for (const slice of missing) {
    answered = Promise.withResolvers();
    child.send(slice);
    const counts = await Promise.race([answered.promise, ended.promise]);
    if (counts === undefined) return;
    ledger.add({ slice, counts });
  }
  child.disconnect();
}

if (process.argv[2] === "--count") {
  process.on("message", (slice: Slice) => process.send!(count(slice)));
} else await main();
