/**
 * Rule sets as a fleet has them: the packed, signed file, kept on the server by its SHA-256. A channel is the name of a set; it stands for
 * the version that was pushed last. Whoever takes a set verifies it, and takes none below a version that was used there before.
 */
import { join } from "node:path";
import { FleetError } from "#kit/fleet/fleet-error.ts";
import type { Objects } from "#kit/fleet/objects.ts";
import {
  parsePackage,
  type RulePackage,
  refuseFaults,
  type VerifiedPackage,
  verifyArchive,
  verifyContent,
} from "../rule-packages/rule-package.ts";
import { SeenVersions } from "../rule-packages/seen-versions.ts";
import { useContent } from "../rule-packages/use-package.ts";
import { openRuleSet } from "../rules/open-rule-set.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import type { Trust } from "../signing/verification.ts";

/** Where a set is, and what it has to come to. */
export interface RuleSetRef {
  /** SHA-256 of the packed file, 64 hexadecimal digits. */
  readonly object: string;
  /** Digest of what is evaluated, as scans show it. */
  readonly digest: string;
}

/** Puts a set on the server, where it is for as long as objects are kept there. @returns SHA-256 of the file */
export function keepRuleSet(objects: Objects, archive: Uint8Array): Promise<string> {
  return objects.put(archive);
}

/** Puts a set on the server and has its channel stand for it. @throws FleetError where the channel stands for a later version, or another of this number */
export async function pushRuleSet(objects: Objects, archive: Uint8Array): Promise<string> {
  const { name, version } = parsePackage(archive).manifest;
  const object = await keepRuleSet(objects, archive);
  const before = await objects.pointed(name);
  const newest = before === undefined || before === object ? undefined : await versionOf(objects, before);
  if (newest !== undefined && newest >= version) {
    throw new FleetError(`the channel ${name} stands at version ${newest}, and this is version ${version}`, {
      hints: ["ruleset pack makes one with a larger version"],
    });
  }
  await objects.point(name, object);
  return object;
}

/** @returns undefined where the server has forgotten it, or what it keeps there is no set */
async function versionOf(objects: Objects, object: string): Promise<number | undefined> {
  try {
    return parsePackage(await objects.get(object)).manifest.version;
  } catch (error) {
    if (error instanceof Error && ["FleetError", "SignatureError"].includes(error.name)) return undefined;
    throw error;
  }
}

/** Gets what a channel stands for, and asks whether it may be used. @throws FleetError where there is none; SignatureError where it is not to be used */
export async function pullRuleSet(
  objects: Objects,
  channel: string,
  trust: Trust,
  seen: SeenVersions,
): Promise<VerifiedPackage & { readonly content: RulePackage; readonly archive: Uint8Array }> {
  const object = await objects.pointed(channel);
  if (object === undefined) {
    throw new FleetError(`the server has no channel ${channel}`, { hints: ["ruleset push makes one"] });
  }
  const archive = await objects.get(object);
  const verified = verifyArchive(archive, trust, seen);
  refuseFaults(channel, verified.verification);
  const content = verified.content!;
  if (content.manifest.name !== channel) {
    throw new FleetError(`what the channel ${channel} stands for is a set of ${content.manifest.name}`);
  }
  return { ...verified, content, archive };
}

export interface RuleSetsSettings {
  /** Asked for when a set is needed that is not here. */
  readonly objects: () => Promise<Objects>;
  readonly trust: Trust;
  /** Folder in which the newest version of each channel is kept across restarts. */
  readonly versions: string;
  /** Folder for what can be made again: sets unpacked and compiled. */
  readonly cacheFolder: string;
  readonly withTexts?: boolean;
  readonly warn: (message: string) => void;
}

/** Sets that a worker keeps ready: that of the scan, and that of another beside it, as where rules change meanwhile. */
const MOST_SETS = 4;

/** Rule sets of a worker: got once, verified for each job, compiled once. */
export class RuleSets implements Disposable {
  /** By object, the one that was used last at the end. */
  readonly #known = new Map<string, Promise<{ readonly content: RulePackage; readonly set: RuleSet }>>();
  readonly #seen: SeenVersions;
  readonly #life = new AbortController();

  constructor(private readonly settings: RuleSetsSettings) {
    this.#seen = new SeenVersions(settings.versions);
  }

  /** Ends what is being compiled. */
  [Symbol.dispose](): void {
    this.#life.abort(new Error("the rule sets are closed"));
  }

  /**
   * Gives a set ready to scan. Nothing is compiled of one that is not to be used.
   * @throws FleetError where the server has none, or it comes to something else here; SignatureError where it is unsigned, expired or older than
   * one that was used; the client's errors
   */
  async use({ object, digest }: RuleSetRef): Promise<RuleSet> {
    const known = this.#known.get(object);
    this.#known.delete(object);
    const opening = known ?? this.#open(object);
    this.#known.set(object, opening);
    for (const oldest of [...this.#known.keys()].slice(0, -MOST_SETS)) this.#known.delete(oldest);
    try {
      const { content, set } = await opening;
      if (known) refuseFaults(shown(object), verifyContent(content, this.settings.trust, this.#seen));
      if (set.digest !== digest) {
        throw new FleetError(
          `the rule set ${shown(object)} comes to ${set.digest} here, and to ${digest} where the job was made`,
        );
      }
      return set;
    } catch (error) {
      this.#known.delete(object);
      throw error;
    }
  }

  async #open(object: string) {
    const { objects, trust, versions, cacheFolder, withTexts = false, warn } = this.settings;
    const { signal } = this.#life;
    const archive = await (await objects()).get(object);
    const { content, verification } = verifyArchive(archive, trust, this.#seen);
    refuseFaults(shown(object), verification);
    const { paths, includeFolders, externals, alias } = await useContent(content!, verification, {
      keys: versions,
      cacheFolder: join(cacheFolder, "rulesets"),
      warn,
      signal,
    });
    const set = await openRuleSet({
      ...{ paths, includeFolders, externals, alias, withTexts, warn, signal },
      cacheFolder: join(cacheFolder, "rules"),
    });
    return { content: content!, set };
  }
}

function shown(object: string): string {
  return object.slice(0, 12);
}
