/** The manifest of a packed rule set, `manifest.json`: canonical JSON in one line. */

import { readDigests } from "#kit/signing/artifact.ts";
import {
  canonicalJson,
  countOf,
  type Json,
  type JsonObject,
  membersOf,
  parseCanonical,
  textOf,
  timeOf,
} from "#kit/signing/canonical-json.ts";
import { SignatureError } from "#kit/signing/signature-error.ts";
import { type FileDigest, isBelow } from "#kit/signing/tree.ts";
import { type Definition, parseDefinition } from "../rules/define.ts";
import type { Externals } from "../rules/rule-set.ts";

export interface Manifest {
  /** Names the set from version to version. */
  readonly name: string;
  /** Grows. */
  readonly version: number;
  /** As `2026-01-31T12:00:00Z`. */
  readonly created: string;
  /** From then on the set is not to be used; null: it may be used for ever. */
  readonly expires: string | null;
  /** Digest of the set, as scans show it. */
  readonly digest: string;
  /** Rules that are evaluated. */
  readonly rules: number;
  /** Files and folders of the archive, as `--rules` would name them. */
  readonly paths: readonly string[];
  readonly includeFolders: readonly string[];
  readonly externals: Externals;
  readonly files: readonly FileDigest[];
}

const TYPE = "cryptex-ruleset/1";
const MEMBERS = [
  "name",
  "version",
  "created",
  "expires",
  "digest",
  "rules",
  "paths",
  "include_folders",
  "externals",
  "files",
  "type",
] as const;
export const MANIFEST = "manifest.json";
export const SIGNATURE = "manifest.json.sig";
/** Use of the key that signs a manifest: no artifact of another use is taken for one. */
export const PURPOSE = "cryptex-ruleset";
/** Folder of the rules in the archive. */
export const RULES = "rules";

/** Names of sets: as cryptex.toml has them. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

export function isSetName(name: string): boolean {
  return NAME.test(name);
}

/** @throws SignatureError for externals that cannot be written down */
export function manifestText({ includeFolders, externals, files, ...rest }: Manifest): string {
  const entries = files.map(({ path, bytes, sha256, sha3_256 }) => ({ path, bytes, sha256, sha3_256 }));
  const defined = Object.entries(externals).map(definitionText).sort();
  const object = { ...rest, include_folders: includeFolders, externals: defined, files: entries, type: TYPE };
  return `${canonicalJson(object)}\n`;
}

/** Writes a definition as `--define` takes it. */
function definitionText([name, value]: Definition): string {
  const isWhole = typeof value === "number" && Number.isInteger(value);
  const text = `${name}=${isWhole ? value.toFixed(1) : value}`;
  if (parseDefinition(text, name)[1] !== value)
    throw new SignatureError(`the value of ${name} cannot be written down`);
  return text;
}

/** @throws SignatureError */
export function parseManifest(text: string): Manifest {
  if (!text.endsWith("\n")) throw new SignatureError(`${MANIFEST} has no end`);
  const object: JsonObject = membersOf(parseCanonical(text.slice(0, -1)), MEMBERS);
  if (object["type"] !== TYPE) throw new SignatureError(`${MANIFEST} is not of the type "${TYPE}"`);
  const name = textOf(object["name"], "name");
  if (!isSetName(name)) throw new SignatureError(`'${name}' is no name of a rule set`);
  const digest = textOf(object["digest"], "digest");
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new SignatureError('"digest" is none');
  return {
    name,
    version: countOf(object["version"], "version"),
    created: timeOf(object["created"], "created"),
    expires: object["expires"] === null ? null : timeOf(object["expires"], "expires"),
    digest,
    rules: countOf(object["rules"], "rules"),
    paths: pathsOf(object["paths"], "paths"),
    includeFolders: pathsOf(object["include_folders"], "include_folders"),
    externals: externalsOf(object["externals"]),
    files: filesOf(object["files"]),
  };
}

function listOf(value: Json | undefined, name: string): readonly Json[] {
  if (!Array.isArray(value)) throw new SignatureError(`"${name}" is no list`);
  return value as readonly Json[];
}

function pathsOf(value: Json | undefined, name: string): string[] {
  return listOf(value, name).map((item) => {
    const path = textOf(item, name);
    if (!isRulePath(path)) throw new SignatureError(`'${path}' is no path below ${RULES}/`);
    return path;
  });
}

function isRulePath(path: string): boolean {
  return isBelow(path) && (path === RULES || path.startsWith(`${RULES}/`));
}

function filesOf(value: Json | undefined): FileDigest[] {
  const files = readDigests(listOf(value, "files"));
  const outside = files.find(({ path }) => !isRulePath(path) || path === RULES);
  if (outside) throw new SignatureError(`'${outside.path}' is no path below ${RULES}/`);
  return files;
}

function externalsOf(value: Json | undefined): Externals {
  const definitions = listOf(value, "externals").map((item) => {
    const text = textOf(item, "externals");
    try {
      return parseDefinition(text, "externals");
    } catch (cause) {
      throw new SignatureError(`'${text}' defines no variable`, { cause });
    }
  });
  return Object.fromEntries(definitions);
}
