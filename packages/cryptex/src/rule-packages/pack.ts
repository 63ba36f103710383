/** From rules as they lie on this machine to a packed set that gives the same results elsewhere. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve, sep } from "node:path";
import { InputError } from "#kit/errors.ts";
import { plural } from "#kit/format/numbers.ts";
import { signFiles } from "#kit/signing/artifact.ts";
import type { OwnKey } from "#kit/signing/keyring.ts";
import { MAX_FILES } from "#kit/signing/tree.ts";
import { readRuleFile } from "../rules/list-rule-files.ts";
import { openRuleSet } from "../rules/open-rule-set.ts";
import { lossText } from "../rules/rule-info.ts";
import type { RuleSet, RuleSetRequest } from "../rules/rule-set.ts";
import { MANIFEST, type Manifest, manifestText, PURPOSE, RULES } from "./manifest.ts";
import { digestOf, MAX_PACKAGE_BYTES, writePackage } from "./rule-package.ts";
import type { TarEntry } from "./tar.ts";
import { writeEntries } from "./unpacked.ts";

export interface PackOrder extends Pick<Manifest, "name" | "version" | "created" | "expires"> {
  readonly rules: RuleSetRequest;
  /** Undefined: it is not signed. */
  readonly signer?: OwnKey;
}

export interface Packed {
  readonly archive: Buffer;
  readonly manifest: Manifest;
  readonly set: RuleSet;
}

/**
 * Packs all files that a set is read from, and makes sure that what comes out of the archive is the same set.
 * @throws InputError where there is no rule, or the set would be another one; the signal's reason
 */
export async function pack(order: PackOrder, signal: AbortSignal): Promise<Packed> {
  const open = (rules: RuleSetRequest) => openRuleSet({ ...rules, signal, warn: () => {} });
  const set = await open(order.rules);
  refuseUnreadable(set);
  const { base, files } = gathered(set, order.rules);
  const place = (path: string) => [RULES, ...partsBelow(base, path)].join("/");
  const { name, version, created, expires, rules } = order;
  const manifest: Manifest = {
    name,
    version,
    created,
    expires,
    digest: set.digest,
    rules: set.rules.count,
    paths: rules.paths.map(place),
    includeFolders: rules.includeFolders.filter((folder) => isWithin(base, folder)).map(place),
    externals: rules.externals,
    files: files.map(digestOf),
  };
  const text: TarEntry = { path: MANIFEST, bytes: Buffer.from(manifestText(manifest)) };
  await makeSureItIsTheSame(manifest, [text, ...files], set, open);
  const signature = order.signer && signFiles({ purpose: PURPOSE, files: [digestOf(text)] }, order.signer);
  const archive = writePackage(text, signature, files, created);
  if (archive.length > MAX_PACKAGE_BYTES) {
    throw new InputError(`the packed set would have more than ${MAX_PACKAGE_BYTES / 2 ** 20} MiB`);
  }
  return { archive, manifest, set };
}

/** A rule that is at fault stays at fault wherever it is read; a file that is missing here might be there elsewhere. */
function refuseUnreadable({ quarantined, rules }: RuleSet): void {
  const unreadable = quarantined.filter(({ rule, line }) => rule === null && line === null);
  if (unreadable.length > 0) {
    throw new InputError("the set cannot be packed: not all of it can be read", {
      hints: unreadable.map(lossText),
    });
  }
  if (rules.count === 0) throw new InputError("the set cannot be packed: no rule of it can be evaluated");
}

/** Reads all files, by paths below the deepest folder that has them all. */
function gathered({ files: paths }: RuleSet, { paths: named }: RuleSetRequest) {
  if (paths.length > MAX_FILES) throw new InputError(`the set has more than ${plural(MAX_FILES, "file")}`);
  const folders = [...named.map(folderOf), ...paths.map((path) => dirname(resolve(path)))];
  const base = folders.reduce(commonFolder);
  const files = [...new Set(paths.map((path) => resolve(path)))].map((path) => ({
    path: [RULES, ...partsBelow(base, path)].join("/"),
    bytes: readRuleFile(path),
  }));
  return { base, files: files.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

function folderOf(path: string): string {
  return statSync(path).isDirectory() ? resolve(path) : dirname(resolve(path));
}

function commonFolder(a: string, b: string): string {
  let common = a;
  while (!isWithin(common, b)) common = dirname(common);
  return common;
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, resolve(path));
  return way !== ".." && !way.startsWith(`..${sep}`) && resolve(folder, way) === resolve(path);
}

function partsBelow(base: string, path: string): string[] {
  const way = relative(base, resolve(path));
  return way === "" ? [] : way.split(sep);
}

/** Unpacks it once and reads it as its users will. */
async function makeSureItIsTheSame(
  { paths, includeFolders, externals }: Manifest,
  entries: readonly TarEntry[],
  set: RuleSet,
  open: (rules: RuleSetRequest) => Promise<RuleSet>,
): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "cryptex-pack-"));
  try {
    const folder = join(scratch, "set");
    writeEntries(folder, entries);
    const below = (path: string) => join(folder, path);
    const copy = await open({
      paths: paths.map(below),
      includeFolders: includeFolders.map(below),
      externals,
    });
    // An include with an absolute path would be read from this machine.
    if (copy.digest === set.digest && copy.files.every((path) => isWithin(folder, path))) return;
    throw new InputError("the set cannot be packed: unpacked elsewhere it would be another set", {
      hints: [
        "an include with an absolute path leads out of it",
        "rules of one name in files of one name, below different folders, are told apart by where those lie: name the folder above them",
      ],
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
