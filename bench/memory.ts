/**
 * Prints the most memory that the built program takes for reports and assessments of a megabyte, and what each kind of test takes
 * alone beside what the program counts for it, which counts its thread besides. Asserts nothing.
 *
 *     npm run bench memory
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { taskBytes } from "../src/report/threads/memory.ts";
import type { TestTask } from "../src/report/threads/test-tasks.ts";
import { PermutationTally } from "../src/stats/sp800-90b/iid/index.ts";
import { AIS31, BATTERY, SUITE_IDS } from "../src/stats/suites.ts";

const MIB = 2 ** 20;
const PROGRAM = join(import.meta.dir, "..", "dist", "esoteric-entropy");
/** A round length, and one that is prime: the Fourier transform of such takes more. */
const LENGTHS = [1_000_000, 1_000_003];

function random(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}

async function peakMib(command: readonly string[]): Promise<number> {
  const child = Bun.spawn([...command], { stdout: "ignore", stderr: "ignore" });
  await child.exited;
  return (child.resourceUsage()?.maxRSS ?? 0) / MIB;
}

/** Runs one of the tasks in a process of its own, which is this file again; or none. */
async function runAlone(length: number, index: number): Promise<void> {
  const { runTask } = await import("../src/report/threads/test-tasks.ts");
  const task = tasksOf(random(length))[index];
  if (task) await runTask(task);
}

/** A quarter of the data again and again: the assessment of such takes most. */
function periodic(bytes: Uint8Array): Uint8Array {
  const period = Math.ceil(bytes.length / 4);
  return bytes.map((_, i) => bytes[i % period]!);
}

function tasksOf(bytes: Uint8Array): readonly TestTask[] {
  const wanted = new Uint8Array(19).fill(1);
  const earlier = new PermutationTally().snapshot;
  return [
    ...BATTERY.map(({ id }): TestTask => ({ kind: "battery", bytes, tests: [id] })),
    { kind: "battery", bytes },
    { kind: "sp800-22", bytes, constants: "exact" },
    ...AIS31.map(({ id }): TestTask => ({ kind: "ais31", bytes, procedure: id })),
    { kind: "assess", symbols: bytes, bitsPerSymbol: 8 },
    { kind: "assess", symbols: periodic(bytes), bitsPerSymbol: 8 },
    {
      kind: "permutations",
      data: 0,
      symbols: bytes,
      bitsPerSymbol: 8,
      chunk: { first: 0, count: 1 },
      wanted,
      earlier,
    },
    { kind: "iid", symbols: bytes, bitsPerSymbol: 8, tally: earlier },
    { kind: "assess-conditioned", symbols: bytes, bitsPerSymbol: 8 },
    restart(bytes),
    { kind: "look", samples: random(8 * bytes.length), symbolBits: 8, claimedH: 1 },
    twoSamples(bytes),
  ];
}

/** A matrix of a thousand rows. */
function restart(bytes: Uint8Array): TestTask {
  const [rows, cols] = [1_000, Math.floor(bytes.length / 1_000)];
  const matrix = bytes.subarray(0, rows * cols);
  return { kind: "restart", matrix, rows, cols, bitsPerSymbol: 8, hInitial: 4 };
}

/** Halves of the bytes, as samples. */
function twoSamples(bytes: Uint8Array): TestTask {
  const half = 8 * Math.floor(bytes.length / 16);
  const [a, b] = [bytes.slice(0, half), bytes.slice(half, 2 * half)];
  return { kind: "two-samples", a, b, symbolBits: 8, level: 0.01, unitRatio: 1, leastEffect: 0 };
}

function nameOf(task: TestTask): string {
  const { kind, tests, procedure } = { tests: undefined, procedure: undefined, ...task };
  return [kind, ...(tests ?? []), ...(procedure === undefined ? [] : [procedure])].join(" ");
}

async function report(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ee-bench-"));
  try {
    for (const length of LENGTHS) {
      const file = join(folder, String(length));
      writeFileSync(file, random(length));
      for (const suite of [...SUITE_IDS, "all"]) {
        await line(`report --suite ${suite}, ${length} bytes`, [
          PROGRAM,
          "report",
          "--input",
          file,
          "--suite",
          suite,
        ]);
      }
      await line(`assess, ${length} symbols`, [PROGRAM, "assess", file]);
      await line(`assess --iid, ${length} symbols`, [PROGRAM, "assess", file, "--iid"]);
    }
    for (const length of LENGTHS) {
      const alone = (index: number) =>
        peakMib([process.execPath, import.meta.path, String(length), String(index)]);
      const base = await alone(-1);
      for (const [index, task] of tasksOf(new Uint8Array(length)).entries()) {
        const taken = ((await alone(index)) - base).toFixed(0);
        const unit = task.kind === "look" ? "samples" : "bytes";
        console.log(
          `${index + 1}. ${nameOf(task)}, ${length} ${unit}: ${taken} MiB, counted as ${(taskBytes(task) / MIB).toFixed(0)}`,
        );
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function line(name: string, command: readonly string[]): Promise<void> {
  console.log(`${name}: ${(await peakMib(command)).toFixed(0)} MiB`);
}

const [length, index] = process.argv.slice(2);
if (length !== undefined && index !== undefined) await runAlone(Number(length), Number(index));
else await report();
