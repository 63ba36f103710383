/** `fleet resume` of a program: has done what a run lacks, after a server that forgot it, or a coordinator that went away. */
import { safeJson } from "../format/visible.ts";
import { command } from "../term/command.ts";
import { EXIT } from "../term/exit.ts";
import { flag, positional } from "../term/flags.ts";
import { ProgressLine, progressMeter } from "../term/progress.ts";
import { resume } from "./coordinator.ts";
import { resumeFlags } from "./flags.ts";
import { type FleetProgram, openFleet } from "./open-fleet.ts";

export interface ResumeProgram<Deps> {
  /** Name as it is typed. */
  readonly program: string;
  /** Name of its queue where none is given. */
  readonly queue: string;
  /** Its exit code for jobs that have no answer. */
  readonly findings: number;
  readonly folder: (deps: Deps) => FleetProgram["folder"];
}

/** Makes the command. */
export function resumeCommand<Deps>({ program, queue, findings, folder }: ResumeProgram<Deps>) {
  return command({
    name: "fleet resume",
    description: "Have done what a run of a fleet lacks",
    details: [
      "What has no result in the ledger is given out again, with a new deadline. The command that began the run, given again with the same ledger, takes the results that are there and goes on from them.",
      `Exit code ${findings} says that jobs were refused, or given up.`,
    ],
    flags: {
      run: positional.text({ about: "Name of the run, as the command that began it has said" }),
      ...resumeFlags(queue),
      json: flag.switch({ about: "Write JSON" }),
    },
    examples: [`${program} fleet resume report-20300102-030405-1a2b --nats coordinator.json`],
    seeAlso: ["fleet doctor"],
    judges: true,
    async run({ run, deadline, json, ...options }, io, deps: Deps) {
      await using fleet = await openFleet(options, { program, folder: folder(deps) }, io);
      let [done, all] = [0, 0];
      {
        using _ = new ProgressLine(
          io,
          () => `resuming  ${progressMeter(all && done / all, io)}  ${done} of ${all} jobs`,
        );
        await resume(
          {
            ...fleet,
            run,
            signal: io.signal,
            say: (level, text) => io.log[level](text),
            onCount: (nowDone, nowAll) => ([done, all] = [nowDone, nowAll]),
          },
          Date.now() + deadline,
        );
      }
      const { done: answered, refused, "gave-up": gaveUp } = await fleet.ledger.counts(run);
      const text = `${run}: ${answered} done, ${refused} refused, ${gaveUp} given up`;
      await io.out(json ? `${safeJson({ schema: 1, run, done: answered, refused, gaveUp })}\n` : `${text}\n`);
      return refused + gaveUp > 0 ? findings : EXIT.ok;
    },
  });
}
