/**
 * Measures restarts of sources, 1,000 samples each, by `ee-restart` and by processes of the whole program, in turns:
 * `npm run bench restarts [ID…]`. Prints a table, asserts nothing. Overhead is what a restart takes beyond the samples, which are taken in
 * this process, too.
 */
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { quantile } from "simple-statistics";
import { currentHost } from "../src/platform/index.ts";
import type { Restart } from "../src/recording/record.ts";
import { openRestarts } from "../src/recording/restarts.ts";
import { takeTrace } from "../src/recording/sample-until.ts";
import { sources } from "../src/sources/index.ts";
import { sourceNamed } from "../src/sources/selection.ts";

const PROGRAM = join(import.meta.dir, "..", "dist", "esoteric-entropy");
const IDS = [
  "clock_jitter",
  "dram_row_buffer",
  "hash_timing",
  "page_fault_timing",
  "jitter_loop",
  "sleep_jitter",
];
const ROWS = 200;
const COLS = 1_000;

const host = currentHost();
const never = new AbortController().signal;

/** Milliseconds of each way, by turns: what else the machine does meets all of them. */
type Times = Record<"small" | "whole" | "sampling", number[]>;

async function timesOf(id: string): Promise<Times> {
  const source = sourceNamed(sources, id);
  const whole: Restart = async (samples) => {
    const command = [PROGRAM, "probe", id, "--samples", `${samples}`, "--raw"];
    const { exitCode, stdout, stderr } = Bun.spawnSync(command);
    if (exitCode !== 0) throw new Error(`${command.join(" ")}: ${stderr}`);
    return stdout;
  };
  using restarts = await openRestarts({ rows: ROWS, cols: COLS }, source, host, whole, never);
  if (restarts.obstacle !== undefined) throw new Error(restarts.obstacle);
  const times: Times = { small: [], whole: [], sampling: [] };
  const ways: Record<keyof Times, () => Promise<unknown>> = {
    small: () => restarts.restart(COLS, never),
    whole: () => whole(COLS, never),
    sampling: () => takeTrace(source, host, { samples: COLS, pieceSamples: COLS }, never),
  };
  for (let row = 0; row < ROWS; row++) {
    for (const [way, restart] of Object.entries(ways) as [keyof Times, () => Promise<unknown>][]) {
      const started = performance.now();
      await restart();
      times[way].push(performance.now() - started);
    }
  }
  return times;
}

console.log(`${cpus().length} × ${cpus()[0]?.model}, load average ${loadavg()[0]?.toFixed(1)}\n`);
console.log(
  "| source | ee-restart | whole program | ratio | samples | overhead of ee-restart | of the whole program |",
);
console.log("|---|---|---|---|---|---|---|");
const named = process.argv.slice(2);
for (const id of named.length > 0 ? named : IDS) {
  const times = await timesOf(id);
  const perSecond = (all: number[]) => (1000 * all.length) / all.reduce((sum, each) => sum + each, 0);
  const overhead = (all: number[]) => `${(quantile(all, 0.5) - quantile(times.sampling, 0.5)).toFixed(2)} ms`;
  const [small, whole] = [perSecond(times.small), perSecond(times.whole)];
  const rates = `${small.toFixed(0)}/s | ${whole.toFixed(0)}/s | ${(small / whole).toFixed(1)}`;
  const sampling = `${quantile(times.sampling, 0.5).toFixed(2)} ms`;
  console.log(`| ${id} | ${rates} | ${sampling} | ${overhead(times.small)} | ${overhead(times.whole)} |`);
}
