/** Rule sets of hunts: kept by the fleet under their SHA-256, and verified by each host before anything is compiled. */
import type { Connection } from "#kit/fleet/connection.ts";
import { FleetError } from "#kit/fleet/fleet-error.ts";
import { Objects } from "#kit/fleet/objects.ts";
import { queueSettings } from "#kit/fleet/queue.ts";
import { type RetryOptions, untilDeadline } from "#kit/fleet/retry.ts";
import { refuseFaults, verifyArchive } from "../rule-packages/rule-package.ts";
import { SeenVersions } from "../rule-packages/seen-versions.ts";
import { type PackageUse, useContent, usePackage } from "../rule-packages/use-package.ts";
import type { RuleSetRequest } from "../rules/rule-set.ts";

export interface RulesPlace {
  readonly connection: Connection;
  /** Name of the queue whose objects hold the sets. */
  readonly queue: string;
  readonly use: PackageUse;
  /** Servers that each keep a copy of the sets, where the store is not there yet. */
  readonly copies?: number;
}

/**
 * Gives a packed rule set to the fleet, for the whole time that objects are kept.
 * @returns its SHA-256 @throws InputError; SignatureError where it is not to be used; the client's errors
 */
export async function giveRules(
  path: string,
  { connection, queue, use, ...store }: RulesPlace,
): Promise<string> {
  const used = await usePackage([path], use);
  if (!used) throw new FleetError(`${path} is no packed rule set`, { hints: ["ruleset pack makes one"] });
  const objects = await Objects.openOrMake(connection, queueSettings({ ...store, name: queue }));
  return objects.renew(used.archive);
}

/**
 * Fetches a rule set and verifies it.
 * @throws FleetError where there is none; SignatureError where it is not to be used; the signal's reason
 */
export async function takeRules(
  digest: string,
  place: RulesPlace,
  retry: RetryOptions,
): Promise<RuleSetRequest & { readonly alias: string }> {
  const { use } = place;
  const found = await untilDeadline("the rule set", () => objectOr(digest, place), retry);
  if (found instanceof FleetError) throw found;
  const { content, verification } = verifyArchive(found, use.trust(), new SeenVersions(use.keys));
  refuseFaults(digest.slice(0, 12), verification);
  const used = await useContent(content!, verification, { ...use, signal: retry.signal });
  const { alias, paths, includeFolders, externals } = used;
  return { alias, paths, includeFolders, externals };
}

/** @returns the failure where asking again cannot help */
async function objectOr(digest: string, { connection, queue }: RulesPlace): Promise<Uint8Array | FleetError> {
  try {
    const objects = await Objects.open(connection, { name: queue });
    return await objects.get(digest);
  } catch (error) {
    if (error instanceof FleetError) return error;
    throw error;
  }
}
