/**
 * Rates and memory of a fleet, over a real server of build/nats or the system: jobs that are published, computed in threads and collected
 * into a ledger of SQLite, all in one process; then a report whose tests run in two workers, beside the same report without a fleet.
 *
 *   bun bench/fleet.ts [jobs] [threads at once] [sequences of a million bits]
 */
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { fleetHere } from "../test/support/fleet-here.ts";
import { keystream } from "../test/support/keystream.ts";
import { NatsServer, whyNoNats } from "../test/support/nats-server.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { printJobRates } from "./fleet/job-rates.ts";

const why = whyNoNats();
if (why) throw new Error(why);
const [jobs = 2_000, atOnce = availableParallelism(), sequences = 24] = process.argv.slice(2).map(Number);

console.log(`${cpus()[0]?.model}, ${availableParallelism()} threads, Bun ${Bun.version}`);
await using server = await NatsServer.start();
await using here = await fleetHere(server.url);

await printJobRates(here, jobs, atOnce);
console.log(`server: ${server.residentMebibytes()} MiB`);

const MAIN = join(import.meta.dirname, "../src/main.ts");
const SEQUENCE_BYTES = 125_000;

/** Starts the program with a state folder of its own. */
function start(folder: string, ...args: readonly string[]) {
  return Bun.spawn([process.execPath, MAIN, ...args], {
    cwd: folder,
    env: { ...process.env, XDG_STATE_HOME: folder },
    stdio: ["ignore", "pipe", "ignore"],
  });
}

/** @returns seconds of the processor, and the most memory, MiB, of a process that has ended */
function taken(child: Bun.Subprocess): readonly [seconds: number, mebibytes: number] {
  const usage = child.resourceUsage();
  return [Number(usage?.cpuTime.total ?? 0) / 1e6, Math.round((usage?.maxRSS ?? 0) / 2 ** 20)];
}

{
  using folder = temporaryFolder("bench-fleet");
  writeFileSync(join(folder.path, "data"), keystream(sequences * SEQUENCE_BYTES, 1));
  const report = [
    "report",
    "--input",
    "data",
    "--suite",
    "sp800-22",
    "--sequences",
    `${sequences}`,
    "--json",
  ];
  const nats = ["--nats", server.url];
  const timed = async (...args: readonly string[]) => {
    const startMs = performance.now();
    const child = start(folder.path, ...args);
    const text = await new Response(child.stdout).text();
    await child.exited;
    return { text, child, seconds: (performance.now() - startMs) / 1_000 };
  };
  const local = await timed(...report);
  const workers = [1, 2].map(() => start(folder.path, "worker", ...nats, "--threads", "1"));
  const far = await timed(...report, ...nats);
  for (const worker of workers) worker.kill("SIGTERM");
  await Promise.all(workers.map(({ exited }) => exited));
  const [localCpu, localMemory] = taken(local.child);
  const parts = [far.child, ...workers].map(taken);
  const cpu = parts.reduce((sum, [seconds]) => sum + seconds, 0);
  console.log(`report of ${sequences} sequences of a million bits, sp800-22:`);
  console.log(
    `  here: ${local.seconds.toFixed(1)} s, ${localCpu.toFixed(1)} s of the processor, ${localMemory} MiB`,
  );
  console.log(
    `  two workers: ${far.seconds.toFixed(1)} s, ${cpu.toFixed(1)} s of the processor (${(100 * (cpu / localCpu - 1)).toFixed(0)} % more), MiB of coordinator and workers: ${parts.map(([, mebibytes]) => mebibytes).join(", ")}; server: ${server.residentMebibytes()} MiB`,
  );
  console.log(`  the same bytes: ${far.text === local.text}`);
}
