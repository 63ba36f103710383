/** `hunt`: rules against files of many hosts, each of which scans itself. */

import { dataFolder } from "#kit/files/user-folders.ts";
import { readNodeNames } from "#kit/fleet/node-names.ts";
import { visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { ClosedPipeError, EXIT } from "#kit/term/exit.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import type { Deps } from "../deps.ts";
import { INCOMPLETE } from "./exits.ts";
import { checkHuntOptions, HUNT_FLAGS } from "./hunt-flags.ts";
import { giveHunt } from "./hunt-request.ts";

export const hunt = command({
  name: "hunt",
  description: "Have every host of a fleet scan itself",
  details: [
    "Each host that runs worker with --hunts gets the rule sets, verifies them, and scans the roots that are named. A host that is off gets the hunt when it is back, until the deadline; then it says that it came late, and scans nothing. A host that dies goes on where it was.",
    "The lines are those that scan prints there, each with the host's name and the job in front, as they come. A line of type answer says how a host's scan ended; late, that it came after the deadline; missing, who has not answered when waiting ends.",
    "Ctrl-C ends the waiting, not the hunt: --follow NAME gives all lines again, and goes on. The same command with the same --run gives the hunt out once more; hosts that have answered do nothing again.",
    "Exits with 3 if a host is missing, has refused the hunt or given it up, or has not wholly evaluated a file or a rule.",
  ],
  flags: HUNT_FLAGS,
  check: checkHuntOptions,
  examples: [
    "cryptex hunt house.cxr --path web/upload --nats coordinator.json --expect hosts.txt --wait 3600",
    "cryptex hunt --follow hunt-20300102-030405-1a2b --nats coordinator.json",
  ],
  seeAlso: ["worker", "scan", "ruleset pack", "fleet doctor"],
  async run(options, io, { env }: Deps) {
    const { watchHunt } = await import("../fleet/watch-hunt.ts");
    const { wait, deadline, expect, detach } = options;
    const expected = expect === undefined ? undefined : readNodeNames(expect);
    const startMs = Date.now();
    await using given = await giveHunt(options, { io, env, folder: dataFolder("cryptex", env) });
    const { fleet, run, jobs } = given;
    if (detach) return EXIT.ok;
    let [answered, all] = [0, 0];
    using line = new ProgressLine(io, () => `${run}  ${answered} of ${all} hosts have answered`);
    try {
      const end = await watchHunt({
        ...fleet,
        jobs,
        expected,
        untilMs: startMs + (wait ?? deadline),
        signal: io.signal,
        say: (level, text) => io.log[level](text),
        write: async (text) => {
          line.clear();
          await io.out(`${text}\n`);
        },
        onCount: (nowAnswered, nowAll) => ([answered, all] = [nowAnswered, nowAll]),
      });
      return end.missing + end.incomplete > 0 || end.answered === 0 ? INCOMPLETE : EXIT.ok;
    } catch (error) {
      if (error instanceof ClosedPipeError) return INCOMPLETE;
      if (io.signal.aborted) io.log.info(`the hunt goes on: --follow ${visible(run)} follows it again`);
      throw error;
    }
  },
});
