/** Measures this build beside another one. The two take turns, so that a slow moment hits both. */
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { median } from "simple-statistics";
import {
  canPin,
  discarding,
  heading,
  peakBytes,
  quantile,
  type Run,
  row,
  run,
  runThroughPipe,
  takeTurns,
} from "./measure.ts";

/** A start takes milliseconds and everything else about a second, so more turns of it cost little. */
const STARTS_PER_ROUND = 5;
const FULL_BYTES = 250_000;
const BULK_BYTES = 1 << 30;
const HEX_BYTES = 1 << 29;

interface Builds {
  readonly ours: string;
  readonly other: string;
}

export async function besideBuild(ours: string, other: string, rounds: number): Promise<void> {
  const builds: Builds = { ours: freshCopy(ours, "this"), other: freshCopy(other, "other") };
  for (const [name, path, copy] of [
    ["this", ours, builds.ours],
    ["other", other, builds.other],
  ] as const) {
    console.log(`${name}: ${path}, version ${(await run([copy, "--version"])).stdout.trim()}`);
  }
  console.log(
    "\nunder steady load the interval holds the true ratio about 19 times in 20; more ROUNDS narrow it",
  );
  heading("median", "this", "other", "this / other", "interval", "better");

  await starts("--version", builds, rounds, (program) => run([program, "--version"]));
  await starts("stream --bytes 32", builds, rounds, (program) =>
    run(discarding(program, "stream --bytes 32")),
  );
  await rates("full entropy", "KB", FULL_BYTES / 1e3, builds, rounds, (program) =>
    run(discarding(program, `stream --bytes ${FULL_BYTES}`)),
  );
  const onOneCore = canPin();
  const where = onOneCore ? "to cat on one core" : "to cat";
  await rates(`drbg ${where}`, "MB", BULK_BYTES / 1e6, builds, rounds, (program) =>
    runThroughPipe(program, `stream --mode drbg --bytes ${BULK_BYTES}`, { onOneCore }),
  );
  await rates(`drbg in hex ${where}, source bytes`, "MB", HEX_BYTES / 1e6, builds, rounds, (program) =>
    runThroughPipe(program, `stream --mode drbg --format hex --bytes ${HEX_BYTES}`, { onOneCore }),
  );
  for (const args of ["stream --bytes 32", "stream --bytes 200K", "stream --mode drbg --bytes 1G"]) {
    const peaks = await inTurns(builds, rounds, (program) => peakBytes(discarding(program, args)));
    compare(`peak memory of ${args}, MB`, "lower", peaks, (bytes) => bytes / 1e6);
  }
}

/**
 * Copies a build, so that both files came into the page cache in the same way. That decides how much of a file a process
 * maps at once: the same bytes, written in two ways, differed by 7 % in resident size.
 */
function freshCopy(path: string, name: string): string {
  const copy = join(import.meta.dir, "..", "..", "build", "bench", name, "esoteric-entropy");
  mkdirSync(dirname(copy), { recursive: true });
  copyFileSync(path, copy);
  return copy;
}

interface Pair<T> {
  readonly ours: readonly T[];
  readonly other: readonly T[];
}

function inTurns<T>(
  { ours, other }: Builds,
  turns: number,
  measure: (program: string) => Promise<T>,
): Promise<Pair<T>> {
  return takeTurns({ ours: () => measure(ours), other: () => measure(other) }, turns);
}

async function starts(
  name: string,
  builds: Builds,
  rounds: number,
  start: (program: string) => Promise<Run>,
): Promise<void> {
  const runs = await inTurns(builds, rounds * STARTS_PER_ROUND, start);
  compare(`${name}, ms`, "lower", runs, ({ seconds }) => seconds * 1000);
  compare(`${name}, CPU ms`, "lower", runs, ({ cpuSeconds }) => cpuSeconds * 1000);
}

async function rates(
  name: string,
  unit: string,
  amount: number,
  builds: Builds,
  rounds: number,
  make: (program: string) => Promise<Run>,
): Promise<void> {
  const runs = await inTurns(builds, rounds, make);
  compare(`${name}, ${unit}/s`, "higher", runs, ({ seconds }) => amount / seconds);
  compare(`${name}, ${unit} per CPU second`, "higher", runs, ({ cpuSeconds }) => amount / cpuSeconds);
}

/** Prints one row of the table. */
function compare<T>(
  name: string,
  better: "lower" | "higher",
  runs: Pair<T>,
  value: (run: T) => number,
): void {
  const ours = runs.ours.map(value);
  const other = runs.other.map(value);
  const [low, high] = ratioInterval(ours, other).map((ratio) => ratio.toFixed(3));
  row(
    name,
    median(ours).toPrecision(4),
    median(other).toPrecision(4),
    (median(ours) / median(other)).toFixed(3),
    `${low} to ${high}`,
    better,
  );
}

const RESAMPLES = 2_000;

/** Computes a 95 % interval of the ratio of medians: percentile bootstrap over turns (Efron and Tibshirani 1993, §13.3). */
function ratioInterval(ours: readonly number[], other: readonly number[]): readonly [number, number] {
  const ratios = Array.from({ length: RESAMPLES }, () => {
    const turns = ours.map(() => Math.floor(Math.random() * ours.length));
    return median(turns.map((turn) => ours[turn]!)) / median(turns.map((turn) => other[turn]!));
  });
  return [quantile(ratios, 0.025), quantile(ratios, 0.975)];
}
