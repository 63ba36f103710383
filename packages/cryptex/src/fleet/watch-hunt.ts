/** Waiting for the hosts of a hunt: what they answer is written as it comes, and in the end who has not answered. */
import { onAbort, pause } from "#kit/abort.ts";
import { machinesOf } from "#kit/fleet/broadcast.ts";
import { reasonOf } from "#kit/fleet/fleet-error.ts";
import type { Ledger } from "#kit/fleet/ledger.ts";
import { type FollowHuntSettings, followHunt, HuntHosts } from "./follow-hunt.ts";

export interface WatchHuntSettings extends Pick<FollowHuntSettings, "queue" | "jobs" | "say" | "write"> {
  readonly ledger: Ledger;
  /** Names of the hosts that have to answer; undefined: those that the server knows. */
  readonly expected: readonly string[] | undefined;
  /** Time at which waiting ends, ms since 1970. */
  readonly untilMs: number;
  /** Gives it up; the hunt goes on, and can be followed again. */
  readonly signal: AbortSignal;
  /** Told how many of the hosts that have to answer have done so. */
  readonly onCount: (answered: number, all: number) => void;
}

export interface HuntEnd {
  readonly answered: number;
  /** Hosts that have answered, of which not everything was evaluated. */
  readonly incomplete: number;
  readonly missing: number;
}

/** Time between two questions which hosts there are. */
const LOOK_MS = 5_000;
/** Time beyond the end of waiting for what is kept already, which is read first: gigabytes take no longer. */
const CATCH_UP_MS = 60_000;
/** Longest time that a timer takes. */
const MOST_TIMER_MS = 2 ** 31 - 1;

/** Waits until all have answered, or the time is over. @throws the signal's reason; the errors of the ledger */
export async function watchHunt(settings: WatchHuntSettings): Promise<HuntEnd> {
  const { queue, jobs, untilMs, signal, onCount, write } = settings;
  const stop = new AbortController();
  const end = () => stop.abort(new Error("it is over"));
  const hosts = new HuntHosts(jobs);
  let expected = settings.expected;
  const check = () => {
    const all = expected ?? [];
    const answered = all.filter((host) => hosts.hasAnswered(host)).length;
    onCount(answered, all.length);
    if (all.length > 0 && answered === all.length) end();
  };
  const look = async () => {
    while (!stop.signal.aborted) {
      if (!settings.expected) expected = await knownHosts(settings);
      check();
      await pause(LOOK_MS, stop.signal).catch(() => {}); // it stops
    }
  };
  using _ = onAbort(signal, end);
  const isCurrent = Promise.withResolvers<void>();
  const timer = setTimeout(() => void isCurrent.promise.then(end), timerMs(untilMs));
  const last = setTimeout(end, timerMs(untilMs + CATCH_UP_MS));
  try {
    await Promise.all([
      look(),
      followHunt(
        {
          ...settings,
          stop: stop.signal,
          onStep: check,
          onCurrent: isCurrent.resolve,
          onAnswer: keepIn(settings),
        },
        hosts,
      ),
    ]);
  } finally {
    clearTimeout(timer);
    clearTimeout(last);
    end();
  }
  signal.throwIfAborted();
  const missing = (expected ?? []).filter((host) => !hosts.hasAnswered(host));
  for (const host of missing)
    await write(JSON.stringify({ type: "missing", host, why: hosts.whyMissing(host) }));
  const result = {
    answered: hosts.answered.length,
    incomplete: hosts.incomplete.length,
    missing: missing.length,
  };
  await write(JSON.stringify({ type: "hunt-end", queue: queue.settings.name, ...result }));
  return result;
}

function timerMs(untilMs: number): number {
  return Math.min(MOST_TIMER_MS, Math.max(0, untilMs - Date.now()));
}

function keepIn({ ledger }: WatchHuntSettings): FollowHuntSettings["onAnswer"] {
  return async (kept) => void (await ledger.settleOfAll([kept]));
}

async function knownHosts({ queue, say }: WatchHuntSettings): Promise<string[] | undefined> {
  try {
    return (await machinesOf(queue.connection.manager, queue.settings)).map(({ node }) => node);
  } catch (error) {
    say("warn", `the server does not say which hosts there are: ${reasonOf(error)}; it is asked again`);
    return undefined;
  }
}
