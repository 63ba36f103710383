/** Jobs that go to all machines: how they are given out, and which machines there are. */
import type { Connection } from "./connection.ts";
import { FleetError } from "./fleet-error.ts";
import type { Job } from "./job.ts";
import type { Ledger } from "./ledger.ts";
import { type Queue, type QueueSettings, streamOf } from "./queue.ts";
import { type RetryOptions, untilDeadline } from "./retry.ts";

export interface BroadcastSettings {
  readonly queue: Queue;
  readonly ledger: Ledger;
  /** Name of the run. */
  readonly run: string;
  readonly signal: AbortSignal;
  readonly say: (level: "info" | "warn", text: string) => void;
  readonly retry?: Pick<RetryOptions, "firstMs" | "mostMs">;
}

/**
 * Gives jobs to all machines: into the ledger first, then to the server. Jobs that the run has already are given out again, with the
 * deadline that they now have; a machine that has answered does nothing again.
 * @param deadlineMs of all jobs of the run, ms since 1970
 * @throws FleetError at the deadline; the signal's reason
 */
export async function giveToAll(
  settings: BroadcastSettings,
  jobs: readonly Job[],
  deadlineMs: number,
): Promise<void> {
  const { queue, ledger, run, signal, say, retry } = settings;
  const known = new Set((await ledger.missing(run)).map(({ job }) => job.id));
  await ledger.plan(
    run,
    jobs.filter(({ id }) => !known.has(id)),
  );
  await ledger.postpone(run, deadlineMs);
  const all = await ledger.missing(run);
  for (const { job, copies } of all) {
    await untilDeadline(`job ${job.id.slice(0, 8)}`, () => queue.publish(job, copies), {
      deadlineMs,
      signal,
      say: (text) => say("warn", text),
      ...retry,
    });
    await ledger.published([job.id]);
  }
}

/** Reads the jobs of a run that was given to all. @throws FleetError where the ledger has no such run */
export async function jobsOfRun(ledger: Ledger, run: string): Promise<Job[]> {
  const jobs = (await ledger.missing(run)).map(({ job }) => job);
  if (jobs.length === 0) throw new FleetError(`the ledger has no run ${run} that went to all machines`);
  return jobs;
}

/** A machine that takes jobs of the queue, or has within the time that they are kept. */
export interface Machine {
  readonly node: string;
  /** Jobs that it has not got yet, or has not finished. */
  readonly waiting: number;
}

/** Lists the machines that the server knows, by name. @throws the client's errors */
export async function machinesOf(
  manager: Connection["manager"],
  { name: queue }: Pick<QueueSettings, "name">,
): Promise<Machine[]> {
  const machines: Machine[] = [];
  for await (const { name, num_pending, num_ack_pending } of manager.consumers.list(streamOf(queue))) {
    machines.push({ node: name, waiting: num_pending + num_ack_pending });
  }
  return machines.sort((a, b) => (a.node < b.node ? -1 : 1));
}
