/** The flags of commands whose tests may run on other machines. */
import { type FleetOptions, runFlags } from "#kit/fleet/flags.ts";
import { flag, group } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import type { Deps } from "../deps.ts";
import type { TestRunner } from "../report/threads/test-threads.ts";

/** Name of the queue where no other is given. */
export const QUEUE = "entropy";

export const FLEET_FLAGS = group("Fleet", {
  ...runFlags(QUEUE),
  dataAt: flag.text({
    about:
      "Where workers find the input as it is: file:ROOT/PATH, https://… or s3://BUCKET/KEY; by default they get what they need from the fleet's object store",
    hint: "PLACE",
  }),
});

export const FLEET_DETAILS =
  "With --nats the tests run on the machines of a fleet that run 'worker', with the same results. What was done once is not done again: after an interrupt the same command goes on where it was. Tests of less than 4 KiB, and the page of a report, are made here.";

type Options = Partial<FleetOptions> & {
  readonly run: string | undefined;
  readonly dataAt: string | undefined;
};

/** Does work with a runner of tests on other machines, where there is a fleet, and without one else. */
export async function overFleet<T>(
  options: Options,
  kind: string,
  io: Io,
  deps: Pick<Deps, "stateFolder">,
  work: (runner: TestRunner | undefined) => Promise<T>,
): Promise<T> {
  const { nats, queue = QUEUE, ledger, deadline = 0 } = options;
  if (nats === undefined) return await work(undefined);
  // Loaded here: without a fleet nothing of it is.
  const { openTests } = await import("../fleet/open-tests.ts");
  await using tests = await openTests(
    { ...options, nats, queue, ledger, deadline, kind },
    io,
    deps.stateFolder,
  );
  return await work(tests.runner);
}
