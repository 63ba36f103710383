/**
 * Rates and memory of a fleet in one process, over a real server of build/nats or the system: jobs that are published, computed in
 * threads and collected into a ledger of SQLite.
 *
 *   bun bench/fleet.ts [jobs] [threads at once]
 */
import { availableParallelism, cpus } from "node:os";
import { runJobs } from "#kit/fleet/coordinator.ts";
import { fleetHere, sums } from "../test/support/fleet-here.ts";
import { NatsServer, whyNoNats } from "../test/support/nats-server.ts";

const why = whyNoNats();
if (why) throw new Error(why);
const [jobs = 2_000, atOnce = availableParallelism()] = process.argv.slice(2).map(Number);

console.log(`${cpus()[0]?.model}, ${availableParallelism()} threads, Bun ${Bun.version}`);
await using server = await NatsServer.start();
await using here = await fleetHere(server.url);

/** Runs other jobs each time. */
async function measure(name: string, run: string, count: number, execute?: () => Promise<string>) {
  await using _ = here.worker({ atOnce, ...(execute && { execute }) });
  const startMs = performance.now();
  await runJobs(here.runOf(run), sums(count, { run }));
  const seconds = (performance.now() - startMs) / 1_000;
  const mebibytes = Math.round(process.memoryUsage.rss() / 2 ** 20);
  console.log(`${name}: ${Math.round(count / seconds)} jobs a second, ${mebibytes} MiB in this process`);
}

await measure("nothing to compute", "nothing", jobs, async () => "1");
await measure("a thread for each job", "threads", Math.ceil(jobs / 10));
console.log(`server: ${server.residentMebibytes()} MiB`);
