/**
 * `npm test`: the checks, then every test, with two processes at work: tests of the sources, and tests of the built programs.
 *
 *   bun tools/test.ts                  everything
 *   bun tools/test.ts test/pool -t x   the checks, and only these tests; python/… too; options go to `bun test`
 */
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { runChecks } from "./check.ts";
import optionalPrograms from "./optional-programs.json" with { type: "json" };

const ROOT = join(import.meta.dirname, "..");
const BUN = process.execPath;

/** Tests of the built programs; and of this very machine's noise, only with EE_LIVE=1. */
const BINARY = /(^|\/)test\/binary\//;
const LIVE = /(^|\/)test\/live\//;
const isLive = process.env["EE_LIVE"] === "1";

// ---- Sums ----

class Tally {
  passed = 0;
  failed = 0;
  skipped = 0;

  add(passed: number, failed = 0, skipped = 0): void {
    this.passed += passed;
    this.failed += failed;
    this.skipped += skipped;
  }
}

const tally = new Tally();

// ---- Processes ----

/** Where a process writes to: this one's terminal, or a file that is shown later. */
type Output = "inherit" | number;

const running = new Set<Bun.Subprocess>();

function passSignalsOn(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      for (const child of running) child.kill(signal);
      process.exit(128 + constants.signals[signal]);
    });
  }
}

async function run(command: readonly string[], output: Output): Promise<number> {
  const child = Bun.spawn([...command], { cwd: ROOT, stdin: "ignore", stdout: output, stderr: output });
  running.add(child);
  const exitCode = await child.exited;
  running.delete(child);
  return exitCode;
}

/** Runs `use` with the path of a file, which need not be there, and removes it. */
async function withReport<T>(use: (path: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "test-report-"));
  try {
    return await use(join(folder, "report"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs `bun test` with files or other arguments and adds up its report. A run that failed for another reason than a test counts as one failure. */
async function runTests(args: readonly string[], output: Output): Promise<void> {
  if (args.length === 0) return; // to `bun test` that would mean all
  await withReport(async (report) => {
    const exitCode = await run(
      [BUN, "test", "--reporter=junit", `--reporter-outfile=${report}`, ...args],
      output,
    );
    const totals = existsSync(report) ? readTotals(readFileSync(report, "utf8")) : undefined;
    if (totals) tally.add(totals.tests - totals.failures - totals.skipped, totals.failures, totals.skipped);
    if (exitCode !== 0 && !totals?.failures) tally.add(0, 1);
  });
}

/** The sums that the outermost element of a JUnit report states. */
function readTotals(xml: string): { tests: number; failures: number; skipped: number } | undefined {
  const element = /<testsuites\b[^>]*>/.exec(xml)?.[0];
  if (!element) return undefined;
  const attribute = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(element)?.[1] ?? 0);
  return { tests: attribute("tests"), failures: attribute("failures"), skipped: attribute("skipped") };
}

/** As build.ts calls them. */
const PRODUCTS = ["esoteric-entropy", "cryptex"] as const;

async function buildBinary(product: (typeof PRODUCTS)[number], output: Output): Promise<void> {
  const exitCode = await run([BUN, "build.ts", "binary", `--product=${product}`], output);
  tally.add(exitCode === 0 ? 1 : 0, exitCode === 0 ? 0 : 1);
  say(`binary of ${product}: ${exitCode === 0 ? "built" : "could not be built"}`);
}

/** Runs the tests of the package in python/ with the binary of dist/. */
async function runPythonTests(args: readonly string[], output: Output): Promise<void> {
  const { present } = optionalPrograms.find(({ name }) => name.startsWith("Python"))!;
  if (Bun.spawnSync(["sh", "-c", present]).exitCode !== 0) {
    tally.add(0, 0, 1); // that it is missing has been said at the start
    return;
  }
  await withReport(async (report) => {
    await run(["python3", "python/run_tests.py", "--totals", report, ...args], output);
    const none = { passed: 0, failed: 1, skipped: 0 };
    const { passed, failed, skipped } = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : none;
    tally.add(passed, failed, skipped);
  });
}

// ---- Everything ----

function testFiles(): string[] {
  return ["test/**/*.test.{ts,tsx}", "packages/*/test/**/*.test.{ts,tsx}"]
    .flatMap((pattern) => [...new Bun.Glob(pattern).scanSync({ cwd: ROOT })])
    .sort()
    .map((file) => `./${file}`);
}

async function testEverything(): Promise<void> {
  const files = testFiles().filter((file) => isLive || !LIVE.test(file));
  const ofBinary = files.filter((file) => BINARY.test(file));
  const ofSources = files.filter((file) => !BINARY.test(file));
  await withReport(async (log) => {
    const file = openSync(log, "w");
    const second = (async () => {
      for (const product of PRODUCTS) await buildBinary(product, file);
      await runTests(ofBinary, file);
      await runPythonTests([], file);
    })();
    await runTests(ofSources, "inherit");
    say("waiting for the tests of the built programs, which run at the same time");
    await second;
    process.stdout.write(readFileSync(log));
  });
}

// ---- Some ----

/** A path that exists is meant exactly; to `bun test` it would be a part of any path. */
function pathArgument(word: string): string | undefined {
  const path = resolve(ROOT, word);
  return !word.startsWith("-") && existsSync(path) ? relative(ROOT, path) : undefined;
}

async function testSome(words: readonly string[]): Promise<void> {
  const isPython = (word: string) => /^python(\/|$)/.test(pathArgument(word) ?? "");
  const python = words.filter(isPython).map((word) => relative("python", pathArgument(word)!));
  const others = words.filter((word) => !isPython(word));
  if (others.length > 0) {
    await runTests(
      others.map((word) => (pathArgument(word) === undefined ? word : `./${pathArgument(word)}`)),
      "inherit",
    );
  }
  if (python.length > 0) {
    await buildBinary("esoteric-entropy", "inherit");
    await runPythonTests(
      python.filter((path) => path !== ""),
      "inherit",
    );
  }
}

// ---- How long it takes ----

/** A run takes 325 s of processor time (measured), and two cores are not always both at work. */
const USUAL_SECONDS = 270;

/** The duration of the last whole run here. */
const LAST_SECONDS = join(ROOT, "build", "test-seconds.txt");

function expectedDuration(): string {
  if (!existsSync(LAST_SECONDS)) return `about ${inMinutes(USUAL_SECONDS)} on two quiet cores`;
  return `about ${inMinutes(Number(readFileSync(LAST_SECONDS, "utf8")))}, as the last time`;
}

function inMinutes(seconds: number): string {
  return `${Math.max(1, Math.round(seconds / 60))} min`;
}

function say(text: string): void {
  console.error(`test: ${text}`);
}

const words = process.argv.slice(2);
const startedMs = performance.now();
if (words.length === 0) say(`this takes ${expectedDuration()}`);
await run([BUN, "tools/optional-programs.mjs"], "inherit");
if (!isLive && words.length === 0) console.error("skipped: live measurements: EE_LIVE is not 1");
const checked = await runChecks();
tally.add(checked.passed, checked.failed);
passSignalsOn(); // not before: a check that computes would keep a signal waiting
if (words.length > 0) {
  await testSome(words);
} else {
  await testEverything();
  mkdirSync(join(ROOT, "build"), { recursive: true });
  writeFileSync(LAST_SECONDS, `${Math.round((performance.now() - startedMs) / 1000)}\n`);
}
if (tally.skipped > 0) console.log(`${tally.skipped} skipped`);
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed > 0 ? 1 : 0;
