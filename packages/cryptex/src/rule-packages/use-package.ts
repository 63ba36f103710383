/** From a packed rule set to paths that rules are read from: verified, unpacked into the user's cache, and held against the archive each time. */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { InputError, UsageError } from "#kit/errors.ts";
import { readSmallBytes } from "#kit/files/small-file.ts";
import { visible } from "#kit/format/visible.ts";
import type { RuleSetRequest } from "../rules/rule-set.ts";
import type { RuleSource } from "../rules/which-rules.ts";
import type { Trust, Verification } from "../signing/verification.ts";
import {
  beginsPackage,
  MAX_PACKAGE_BYTES,
  type RulePackage,
  refuseFaults,
  verifyArchive,
} from "./rule-package.ts";
import { SeenVersions } from "./seen-versions.ts";
import { unpacked } from "./unpacked.ts";

export interface PackageUse {
  /** Reads who is trusted at present. */
  readonly trust: () => Trust;
  /** Folder of the keys, where the versions are that were used. */
  readonly keys: string;
  /** Folder of the cache that takes what is unpacked. */
  readonly cacheFolder: string;
  /** Told what is taken though it is not right. */
  readonly warn: (message: string) => void;
  readonly signal: AbortSignal;
}

/** A set that came packed: where its files are, and what was said of it. */
export interface UsedPackage extends RuleSetRequest {
  readonly alias: string;
  readonly version: number;
  /** Digest that the set has for whoever packed it. */
  readonly digest: string;
  /** It has the signatures of somebody who is trusted. */
  readonly isSigned: boolean;
  /** The package as it was read. */
  readonly archive: Uint8Array;
  /** When it expires, in milliseconds since 1970; undefined where it does not, or is taken all the same. */
  readonly until?: number;
}

const ENDING = /\.cxr$/i;
const START_BYTES = 512;

/** Tells whether a path is a packed rule set, by its name or its content. */
export function isPackage(path: string): boolean {
  try {
    if (!statSync(path).isFile()) return false;
    if (ENDING.test(path)) return true;
    const file = openSync(path, "r");
    try {
      const start = new Uint8Array(START_BYTES);
      return beginsPackage(start.subarray(0, readSync(file, start, 0, START_BYTES, 0)));
    } finally {
      closeSync(file);
    }
  } catch {
    return false; // whoever reads it says why it cannot be read
  }
}

/**
 * Verifies and unpacks the rule set among paths; undefined where none is one.
 * @throws UsageError where other paths stand beside it; SignatureError where it is not to be used; InputError; the signal's reason
 */
export async function usePackage(
  paths: readonly string[],
  use: PackageUse,
): Promise<UsedPackage | undefined> {
  const path = paths.find(isPackage);
  if (path === undefined) return undefined;
  if (paths.length > 1) {
    throw new UsageError(
      `the packed rule set ${visible(path)} is used alone, and other rules are named beside it`,
    );
  }
  const { bytes } = readSmallBytes(path, MAX_PACKAGE_BYTES);
  const verified = verifyArchive(bytes, use.trust(), new SeenVersions(use.keys));
  refuseFaults(path, verified.verification);
  for (const words of verified.verification.taken) use.warn(`${visible(path)}: ${words}; taken as asked`);
  return { ...(await useContent(verified.content!, verified.verification, use)), archive: bytes };
}

/** Unpacks a package that is to be used, and keeps its version. @throws InputError; the signal's reason */
export async function useContent(
  content: RulePackage,
  verification: Verification,
  use: Omit<PackageUse, "trust">,
): Promise<Omit<UsedPackage, "archive">> {
  const seen = new SeenVersions(use.keys);
  const { manifest, own } = content;
  const folder = await unpacked(content, use.cacheFolder, use.signal);
  if (verification.signed) {
    const { version, name } = manifest;
    try {
      await seen.keep(verification.signed.root, name, { version, manifest: own.sha256 }, use.signal);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      use.warn(`an older version of ${name} would not be noticed: ${error.message}`);
    }
  }
  const below = (each: string) => join(folder, each);
  const expires = manifest.expires === null ? undefined : Date.parse(manifest.expires);
  return {
    paths: manifest.paths.map(below),
    includeFolders: manifest.includeFolders.map(below),
    externals: manifest.externals,
    alias: manifest.name,
    version: manifest.version,
    digest: manifest.digest,
    isSigned: verification.signed !== undefined,
    ...(expires !== undefined && expires > Date.now() && { until: expires }),
  };
}

/** Follows a packed set for as long as a program runs: it is verified again each time that it is asked for. @param more for the rules, besides what is packed */
export function packedSource(
  paths: readonly string[],
  use: PackageUse,
  more: Pick<RuleSetRequest, "includeFolders" | "externals">,
): RuleSource {
  return {
    files: paths,
    async open() {
      const used = await usePackage(paths, use);
      if (!used) throw new InputError(`${paths.map(visible).join(", ")} is no packed rule set any more`);
      const { until } = used;
      return {
        paths: used.paths,
        includeFolders: [...used.includeFolders, ...more.includeFolders],
        externals: { ...used.externals, ...more.externals },
        ...(until !== undefined && { until }),
      };
    },
  };
}
