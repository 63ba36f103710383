/** `scan --nats`: its flags, and what they ask for. Loads nothing of a fleet unless there is one. */
import { UsageError } from "#kit/errors.ts";
import { dataFolder } from "#kit/files/user-folders.ts";
import { parseRoot, refuseTwice, requireFleet, runFlags } from "#kit/fleet/flags.ts";
import { flag, group, many, type OptionsOf } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import type { Deps } from "../deps.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import type { ScanRequest } from "../scan-runner/runner.ts";
import type { ChosenRules } from "./rule-flags.ts";

export const FLEET_FLAGS = group("Fleet", {
  ...runFlags("cryptex"),
  root: many(flag.value(parseRoot, { hint: "NAME=DIR", about: "Folder that the fleet knows by this name" })),
});

type FleetScanOptions = OptionsOf<typeof FLEET_FLAGS>;

/** Options that say how this machine scans, or what of its own store it uses. */
const OWN = ["threads", "cache", "resume", "paranoid", "explain", "includeFolders", "definitions"] as const;

/** @throws UsageError */
export function checkFleetOptions({ nats, root }: FleetScanOptions, given: ReadonlySet<string>): void {
  requireFleet({ nats }, given, ["root"]);
  if (nats === undefined) return;
  if (root.length === 0) {
    throw new UsageError("--nats needs a root below which the files are", [
      "--root corpus=/srv/corpus, and workers have it under the same name",
    ]);
  }
  refuseTwice(root);
  const own = OWN.find((key) => given.has(key));
  if (own !== undefined) throw new UsageError(`--nats and --${FLAG_OF[own] ?? own} contradict each other`);
}

const FLAG_OF: Readonly<Partial<Record<(typeof OWN)[number], string>>> = {
  includeFolders: "include-dir",
  definitions: "define",
};

/** Other machines that scan: their part of the request, and words on how to go on after an end. */
export interface ScanFleet extends AsyncDisposable {
  readonly request: Pick<ScanRequest, "openCrew">;
  readonly resumeText: string;
}

/** @returns undefined where this machine scans @throws UsageError for rules that are not packed and signed; as `openFleet` */
export async function openScanFleet(
  options: FleetScanOptions,
  { packed }: ChosenRules,
  set: RuleSet,
  io: Pick<Io, "log" | "signal">,
  env: Deps["env"],
): Promise<ScanFleet | undefined> {
  const { nats, root } = options;
  if (nats === undefined) return undefined;
  if (!packed?.isSigned) {
    throw new UsageError("workers take no rules but those of a packed set that is signed", [
      "cryptex ruleset pack --rules … --name NAME -o set.cxr packs and signs them; then --rules set.cxr",
    ]);
  }
  const { openFleetCrew } = await import("../fleet/open-fleet-crew.ts");
  const order = {
    ...{ options: { ...options, nats }, roots: root, archive: packed.archive, set },
    folder: dataFolder("cryptex", env),
  };
  return openFleetCrew(order, io);
}
