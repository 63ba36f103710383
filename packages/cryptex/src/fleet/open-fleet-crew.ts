/** Opens a fleet for a scan: connection, ledger, run, and the rules on the server. */
import type { FleetOptions } from "#kit/fleet/flags.ts";
import { Objects } from "#kit/fleet/objects.ts";
import { newRunName, openFleet } from "#kit/fleet/open-fleet.ts";
import { answersQueue } from "#kit/fleet/queue.ts";
import { untilDeadline } from "#kit/fleet/retry.ts";
import { Run } from "#kit/fleet/run.ts";
import type { Io } from "#kit/term/io.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import type { ScanCrew } from "../scan-runner/crew.ts";
import type { CrewOrder } from "../scan-runner/runner.ts";
import { FleetCrew } from "./fleet-crew.ts";
import { Places, rootsOf } from "./roots.ts";
import { keepRuleSet } from "./rule-set-object.ts";

export interface FleetScanOrder {
  readonly options: FleetOptions & { readonly run: string | undefined };
  readonly roots: readonly (readonly [name: string, folder: string])[];
  /** The packed rules. */
  readonly archive: Uint8Array;
  readonly set: RuleSet;
  /** For the ledger, where none is given. */
  readonly folder: string;
}

export interface FleetScan extends AsyncDisposable {
  readonly request: { readonly openCrew: (order: CrewOrder) => ScanCrew };
  /** Says how the scan is gone on with. */
  readonly resumeText: string;
}

/** @throws as `openFleet`; ProgramError where a root is not there */
export async function openFleetCrew(
  order: FleetScanOrder,
  { log, signal }: Pick<Io, "log" | "signal">,
): Promise<FleetScan> {
  const { options, roots, archive, set, folder } = order;
  const name = options.run ?? newRunName("scan");
  const places = new Places(rootsOf(roots));
  const say = (level: "info" | "warn", text: string) => log[level](text);
  await using parts = new AsyncDisposableStack();
  const fleet = parts.use(await openFleet(options, { program: "cryptex", folder }, { log, signal }));
  const { settings, connection } = fleet.queue;
  const sending = {
    deadlineMs: Date.now() + options.deadline,
    signal,
    say: (text: string) => log.warn(text),
  };
  const [object, answers] = await Promise.all([
    untilDeadline(
      "the rule set",
      async () => keepRuleSet(await Objects.openOrMake(connection, settings), archive),
      sending,
    ),
    untilDeadline(
      "the store of answers",
      () => Objects.openOrMake(connection, answersQueue(settings)),
      sending,
    ),
  ]);
  const run = parts.use(Run.open({ ...fleet, run: name, signal, say }));
  const resumeText = `the same command with --run ${name} goes on with it`;
  if (options.run === undefined) log.info(`the run is ${name}: ${resumeText}`);
  const all = parts.move();
  return {
    request: {
      openCrew: (crew) =>
        new FleetCrew({
          ...crew,
          ...{ run, name, places, set, answers, signal, say },
          ruleSet: { object, digest: set.digest },
          deadlineMs: options.deadline,
        }),
    },
    resumeText,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
