/**
 * Measures what the program takes of a core while little is asked of it: `npm run bench -- idle`. The sampling thread is counted apart,
 * and `monitor` is also measured with its source paused: what is left then is looking and drawing. Prints a table, asserts nothing.
 */
import { readdirSync, readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";

const PROGRAM = join(import.meta.dir, "..", "dist", "esoteric-entropy");
/** Start-up tests and the compiler's work are over by then. */
const SETTLE_MS = 15_000;
const MEASURE_MS = 20_000;
/** Name that the runtime gives to the sampling thread. */
const SAMPLING_THREAD = "Worker";

interface Ticks {
  readonly sampling: number;
  readonly other: number;
}

/** Reads utime + stime by thread from /proc, in hundredths of a second. */
function ticksOf(pid: number): Ticks {
  let [sampling, other] = [0, 0];
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8");
    const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = Number(fields[11]) + Number(fields[12]);
    if (name === SAMPLING_THREAD) sampling += ticks;
    else other += ticks;
  }
  return { sampling, other };
}

async function measure(what: string, pid: number): Promise<void> {
  await Bun.sleep(SETTLE_MS);
  const [before, startMs] = [ticksOf(pid), performance.now()];
  await Bun.sleep(MEASURE_MS);
  const [after, seconds] = [ticksOf(pid), (performance.now() - startMs) / 1000];
  const share = (key: keyof Ticks) => `${((after[key] - before[key]) / seconds).toFixed(1)} %`;
  console.log(`| ${what} | ${share("sampling")} | ${share("other")} |`);
}

async function piped(...args: readonly string[]): Promise<void> {
  const child = Bun.spawn([PROGRAM, ...args], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
  await measure(args.join(" "), child.pid);
  child.kill();
  await child.exited;
}

async function inTerminal(what: string, keys: string, ...args: readonly string[]): Promise<void> {
  const child = Bun.spawn([PROGRAM, ...args], {
    env: { ...process.env, TERM: "xterm-256color" },
    terminal: { cols: 120, rows: 40, data() {} },
  });
  await Bun.sleep(SETTLE_MS);
  child.terminal?.write(keys);
  await measure(what, child.pid);
  child.kill();
  await child.exited;
}

if (process.platform !== "linux") {
  console.log("not measured: no /proc");
} else {
  console.log(
    `${cpus()[0]?.model}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}; % of one core\n`,
  );
  console.log("| | sampling thread | all else |\n|---|---|---|");
  await piped("stream", "--rate", "2000");
  await piped("stream", "--rate", "2000", "--mode", "drbg");
  await piped("server", "--port", "0");
  await inTerminal("monitor", "", "monitor");
  await inTerminal("monitor, its source paused", " ", "monitor", "--sources", "page_fault_timing");
}
