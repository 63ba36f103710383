/** Rates of jobs that are published, computed and collected into a ledger of SQLite, all in one process. */
import { runJobs } from "#kit/fleet/coordinator.ts";
import { type Here, sums } from "../../test/support/fleet-here.ts";

/** Prints how many jobs a second are done, with nothing to compute and with a thread each. @returns the first */
export async function printJobRates(here: Here, jobs: number, atOnce: number): Promise<number> {
  const measure = async (name: string, run: string, count: number, execute?: () => Promise<string>) => {
    await using _ = here.worker({ atOnce, ...(execute && { execute }) });
    const startMs = performance.now();
    await runJobs(here.runOf(run), sums(count, { run })); // other jobs each time
    const seconds = (performance.now() - startMs) / 1_000;
    const mebibytes = Math.round(process.memoryUsage.rss() / 2 ** 20);
    console.log(`${name}: ${Math.round(count / seconds)} jobs a second, ${mebibytes} MiB in this process`);
    return count / seconds;
  };
  const jobHz = await measure("nothing to compute", "nothing", jobs, async () => "1");
  await measure("a thread for each job", "threads", Math.ceil(jobs / 10));
  return jobHz;
}
