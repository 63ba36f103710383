/** From the options of `hunt` to jobs that are given out, or are followed. */

import type { Fleet } from "#kit/fleet/open-fleet.ts";
import { visible } from "#kit/format/visible.ts";
import type { Io } from "#kit/term/io.ts";
import type { Deps } from "../deps.ts";
import type { HuntOptions } from "./hunt-flags.ts";
import { packageUse } from "./rule-flags.ts";

export interface GivenHunt extends AsyncDisposable {
  readonly fleet: Fleet;
  /** Name of the hunt. */
  readonly run: string;
  /** Ids of its jobs, one a rule set. */
  readonly jobs: readonly string[];
}

interface Around {
  readonly io: Io;
  readonly env: Deps["env"];
  /** Folder of the ledger where none is given. */
  readonly folder: string;
}

/** Gives a hunt out, or finds the one that is to be followed. @throws InputError; SignatureError; FleetError; the signal's reason */
export async function giveHunt(options: HuntOptions, { io, env, folder }: Around): Promise<GivenHunt> {
  const [{ giveToAll, jobsOfRun }, { newRunName, openFleet }, { huntJob, huntsQueue }, { giveRules }] =
    await Promise.all([
      import("#kit/fleet/broadcast.ts"),
      import("#kit/fleet/open-fleet.ts"),
      import("../fleet/hunt.ts"),
      import("../fleet/hunt-rules.ts"),
    ]);
  const { queue, copies, follow } = options;
  const place = { ...options, queue: huntsQueue(queue) };
  await using parts = new AsyncDisposableStack();
  const fleet = parts.use(await openFleet(place, { program: "cryptex", folder }, io, "all"));
  const given = (run: string, jobs: readonly string[]): GivenHunt => {
    const all = parts.move();
    return { fleet, run, jobs, [Symbol.asyncDispose]: () => all.disposeAsync() };
  };
  if (follow !== undefined)
    return given(
      follow,
      (await jobsOfRun(fleet.ledger, follow)).map(({ id }) => id),
    );
  const run = options.run ?? newRunName("hunt");
  const deadlineMs = Date.now() + options.deadline;
  const use = packageUse(options, io, env);
  const jobs = [];
  for (const path of options.ruleset) {
    const ruleSet = await giveRules(path, { connection: fleet.connection, queue, copies, use });
    jobs.push(huntJob(huntOf(options, run, ruleSet), deadlineMs));
  }
  const say = (level: "info" | "warn", text: string) => io.log[level](text);
  await giveToAll({ ...fleet, run, signal: io.signal, say }, jobs, deadlineMs);
  io.log.info(
    `the hunt is given out; cryptex hunt --follow ${visible(run)}, with the same --nats and --ledger, follows it again`,
  );
  return given(run, [...new Set(jobs.map(({ id }) => id))]);
}

function huntOf(options: HuntOptions, name: string, ruleSet: string) {
  const { path, exclude, maxSize, recursive, timeout, maxStrings, listClean } = options;
  const { archives, archiveMembers, archiveBytes, archiveRatio } = options;
  return {
    name,
    ruleSet,
    paths: path.map((each) => each.replace(/\/+$/, "")),
    exclude,
    maxSize,
    maxDepth: recursive ?? null,
    timeoutMs: Math.round(timeout),
    maxStrings,
    listClean,
    archives: { depth: archives, members: archiveMembers, bytes: archiveBytes, ratio: archiveRatio },
  };
}
