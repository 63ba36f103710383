/** Runs whose jobs are known beforehand: all are written into the ledger, then done. `resume` has done what a ledger lacks. */
import { FleetError } from "./fleet-error.ts";
import type { Job } from "./job.ts";
import { LATE_HINTS, LateError, Run, type RunSettings } from "./run.ts";

/** Has jobs done. Resolves when each has a result; `ledger.entries` reads them. @throws FleetError at the last deadline; the signal's reason */
export async function runJobs(settings: RunSettings, jobs: readonly Job[]): Promise<void> {
  await settings.ledger.plan(settings.run, jobs);
  await finish(settings);
}

/** Goes on with a run: publishes again what has no result. @param deadlineMs new deadline of these jobs @throws as `runJobs` */
export async function resume(settings: RunSettings, deadlineMs: number): Promise<void> {
  const { ledger, run } = settings;
  const counts = Object.values(await ledger.counts(run));
  if (counts.every((count) => count === 0)) throw new FleetError(`the ledger has no run ${run}`);
  await ledger.postpone(run, deadlineMs);
  await finish(settings);
}

async function finish(settings: RunSettings): Promise<void> {
  const { ledger, run: name, signal, onCount } = settings;
  const missing = await ledger.missing(name);
  const { planned: _, published: __, ...ended } = await ledger.counts(name);
  const before = Object.values(ended).reduce((sum, count) => sum + count, 0);
  const all = before + missing.length;
  onCount?.(before, all);
  await using run = Run.open({ ...settings, onCount: (done) => onCount?.(before + done, all) });
  const ends = await Promise.allSettled(missing.map(({ job }) => run.submit(job)));
  signal.throwIfAborted();
  const reasons = ends.flatMap((end) => (end.status === "rejected" ? [end.reason as unknown] : []));
  const other = reasons.find((reason) => !(reason instanceof LateError));
  if (other !== undefined) throw other;
  if (reasons.length > 0) {
    throw new FleetError(`${reasons.length} of ${all} jobs have no result at their deadline`, {
      hints: [`resume ${name} has them done with a new deadline`, ...LATE_HINTS],
    });
  }
}
