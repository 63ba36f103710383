/**
 * The coordinator: writes what is to be done into the ledger, publishes it, and waits for the results. What it is told on the way are
 * hints; the ledger is asked again and again, and says when all is there. `resume` does the same with what a ledger lacks.
 */
import { pause } from "../abort.ts";
import { collect } from "./collector.ts";
import { FleetError } from "./fleet-error.ts";
import type { Job } from "./job.ts";
import type { Ledger, LedgerEntry } from "./ledger.ts";
import type { ProgressEvent, Queue } from "./queue.ts";
import { type RetryOptions, untilDeadline } from "./retry.ts";

export interface RunSettings {
  readonly queue: Queue;
  readonly ledger: Ledger;
  /** Name of the run, by which it is resumed. */
  readonly run: string;
  /** Gives up waiting; the jobs go on, and `resume` takes their results. */
  readonly signal: AbortSignal;
  readonly say: (level: "info" | "warn", text: string) => void;
  readonly onProgress?: (event: ProgressEvent) => void;
  /** Told how many jobs of the run have a result. */
  readonly onCount?: (done: number, all: number) => void;
  /** Time between two looks into the ledger, where nothing is told. */
  readonly lookMs?: number;
  readonly retry?: Pick<RetryOptions, "firstMs" | "mostMs">;
}

/** A server confirms a message before it is on the disk, so what it may lose at once has a limit. */
const IN_FLIGHT = 64;
const LOOK_MS = 5_000;

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
  const { queue, ledger, signal, say, retry, onProgress } = settings;
  const stop = new AbortController();
  const attempts = new Map<string, number>();
  const hints = new Hints();
  using _ = queue.onProgress((event) => {
    // A first attempt is the rule, and not worth a write; a result says how many it took.
    if (event.attempt > 1) attempts.set(event.job, Math.max(event.attempt, attempts.get(event.job) ?? 0));
    onProgress?.(event);
  });
  const collecting = collect({
    queue,
    ledger,
    stop: AbortSignal.any([signal, stop.signal]),
    say,
    onSettled: () => hints.give(),
    ...(retry && { retry }),
  });
  try {
    await publishMissing(settings);
    await allThere(settings, attempts, hints);
  } finally {
    stop.abort();
    await collecting;
  }
}

async function publishMissing(settings: RunSettings): Promise<void> {
  const { queue, ledger, run, signal, say, retry } = settings;
  const missing = await ledger.missing(run);
  const options = (deadlineMs: number) => ({
    deadlineMs,
    signal,
    say: (text: string) => say("warn", text),
    ...retry,
  });
  /** @returns the job's id where it was published, and nothing where it had a result */
  const publish = async ({ job, copies }: LedgerEntry): Promise<string[]> => {
    const what = `job ${job.id.slice(0, 8)}`;
    const kept = await untilDeadline(what, () => queue.resultOf(job.id), options(job.deadlineMs));
    if (kept) {
      await ledger.settle([kept]);
      return [];
    }
    await untilDeadline(what, () => queue.publish(job, copies), options(job.deadlineMs));
    return [job.id];
  };
  for (let at = 0; at < missing.length; at += IN_FLIGHT) {
    const ids = await Promise.all(missing.slice(at, at + IN_FLIGHT).map(publish));
    await ledger.published(ids.flat());
  }
}

/** Waits until the ledger has all results. */
async function allThere(
  { ledger, run, signal, lookMs = LOOK_MS, onCount }: RunSettings,
  attempts: Map<string, number>,
  hints: Hints,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    await ledger.attempted(attempts);
    attempts.clear();
    const { planned, published, ...ended } = await ledger.counts(run);
    const done = Object.values(ended).reduce((sum, count) => sum + count, 0);
    onCount?.(done, done + planned + published);
    if (planned + published === 0) return;
    if ((await ledger.lastDeadline(run)) <= Date.now()) {
      const late = planned + published;
      throw new FleetError(`${late} of ${done + late} jobs have no result at their deadline`, {
        hints: [`resume ${run} has them done with a new deadline`, "is there a worker?"],
      });
    }
    await hints.orAfter(lookMs, signal);
  }
}

/** Wakes whoever waits, also where the hint comes before the wait. */
class Hints {
  #given = false;
  #wake = new AbortController();

  give(): void {
    this.#given = true;
    this.#wake.abort();
  }

  async orAfter(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#given) {
      await pause(ms, AbortSignal.any([signal, this.#wake.signal])).catch(() => {}); // `signal` is looked at by the caller
    }
    this.#given = false;
    this.#wake = new AbortController();
  }
}
