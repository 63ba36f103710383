/**
 * The index of evidence: recordings, packages and profiles that this user has given tags, and where they are. It holds no figures, so that
 * whoever tampers with it can hide evidence but not change any.
 */

import { join } from "node:path";
import { lockFile } from "#kit/files/file-lock.ts";
import { makeOwnFolder, readOwnFile, replaceOwnFile } from "#kit/files/own-file.ts";
import { fieldsOf, listOf, shortText, shownValue, timeText } from "#kit/format/fields.ts";
import { visible } from "#kit/format/visible.ts";
import { InputError, UsageError, writeRefusal } from "../../errors.ts";
import { sourceId } from "../../recording/manifest-file.ts";

export interface Entry {
  readonly kind: "recording" | "package" | "profile";
  /** Manifest of a recording, hashes of a package, or a profile: an absolute path. */
  readonly path: string;
  /** Source of a recording. */
  readonly source?: string;
  /** When it was made, ISO 8601. */
  readonly at: string;
  /** Processor and kernel, for the reader. */
  readonly machine: string;
  readonly tags: readonly string[];
  /** SHA-256 of the file at `path`, which holds those of the others. */
  readonly sha256: string;
}

/** Version of the file format. */
const SCHEMA = 1;

/** An entry takes some 400 bytes: this is for 40,000. */
const MAX_BYTES = 1 << 24;

const MOST_TAGS = 100;

/** @param folder of the program's state */
export function cataloguePath(folder: string): string {
  return join(folder, "evidence.json");
}

/** Parses a tag. @throws UsageError */
export function parseTag(text: string, name: string): string {
  if (isTag(text)) return text;
  throw new UsageError(
    `${name}: '${visible(text)}' is no tag: a letter or digit, then up to 63 letters, digits, dots, dashes or underscores`,
  );
}

function isTag(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text);
}

/** @param folder undefined where there is no home @throws InputError for an index that is damaged or not ours alone */
export function readCatalogue(folder: string | undefined): readonly Entry[] {
  if (folder === undefined) return [];
  const path = cataloguePath(folder);
  const found = readOwnFile(path, MAX_BYTES);
  if (found.kind === "absent") return [];
  if (found.kind === "read") {
    try {
      return parseCatalogue(found.text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw unusable(path, `it is not understood: ${visible(error.message).slice(0, 200)}`);
    }
  }
  throw unusable(path, found.reason);
}

/** Refuses an index to which nothing can be added, before the work that it is for. @throws as `readCatalogue`; InputError where there is no home */
export function requireCatalogue(folder: string | undefined): void {
  if (folder === undefined) throw homeless();
  readCatalogue(folder);
}

function homeless(): InputError {
  return new InputError("there is no folder for the index of evidence: no home is known", {
    hints: ["set HOME"],
  });
}

function unusable(path: string, reason: string): InputError {
  return new InputError(`the index of evidence, ${path}, cannot be used: ${reason}`, {
    hints: [
      "move it away, and tag the recordings anew: 'record' with the same options and --tag keeps what is recorded",
    ],
  });
}

/**
 * Adds an entry, or its tags to that of the same path. Several programs may do so at once.
 * @param folder undefined where there is no home
 * @throws InputError for an index that is damaged, not ours alone, or cannot be written; the signal's reason
 */
export async function addToCatalogue(
  folder: string | undefined,
  entry: Entry,
  signal: AbortSignal,
): Promise<Entry> {
  if (folder === undefined) throw homeless();
  const path = cataloguePath(folder);
  try {
    makeOwnFolder(folder);
    using _ = await lockFile(`${path}.lock`, signal);
    const entries = readCatalogue(folder);
    const before = entries.find((other) => other.path === entry.path);
    const tags = [...new Set([...(before?.tags ?? []), ...entry.tags])];
    if (tags.length > MOST_TAGS)
      throw new InputError(`${entry.path} would have ${tags.length} tags; ${MOST_TAGS} are the most`);
    const added = { ...entry, tags };
    replaceOwnFile(path, formatCatalogue([...entries.filter((other) => other !== before), added]));
    return added;
  } catch (error) {
    if (!(error instanceof Error && "code" in error) || error instanceof InputError) throw error;
    throw new InputError(`the index of evidence cannot be written to ${path}: ${writeRefusal(error)}`, {
      cause: error,
    });
  }
}

export function formatCatalogue(entries: readonly Entry[]): string {
  return `${JSON.stringify({ schema: SCHEMA, entries }, null, 1)}\n`;
}

/** @throws SyntaxError naming the first fault: an index is used as a whole or not at all */
export function parseCatalogue(text: string): Entry[] {
  const root = fieldsOf(JSON.parse(text), "the index");
  const { schema, entries } = root;
  if (schema !== SCHEMA) {
    const newer = typeof schema === "number" && schema > SCHEMA ? ", a newer program wrote it" : "";
    throw new SyntaxError(`schema ${shownValue(schema)} is not ${SCHEMA}${newer}`);
  }
  return listOf(entries, "entries").map((entry, i) => entryOf(entry, `entries[${i}]`));
}

const KINDS = ["recording", "package", "profile"] as const;

function entryOf(value: unknown, at: string): Entry {
  const entry = fieldsOf(value, at);
  const kind = KINDS.find((known) => known === entry["kind"]);
  if (kind === undefined) throw new SyntaxError(`${at}.kind is ${shownValue(entry["kind"])}`);
  const { path, tags, source, sha256 } = entry;
  if (typeof path !== "string" || !/^\/[^\0]{0,4095}$/.test(path))
    throw new SyntaxError(`${at}.path is ${shownValue(path)}`);
  if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256))
    throw new SyntaxError(`${at}.sha256 is ${shownValue(sha256)}`);
  if (
    !Array.isArray(tags) ||
    tags.length > MOST_TAGS ||
    !tags.every((tag) => typeof tag === "string" && isTag(tag))
  ) {
    throw new SyntaxError(`${at}.tags is ${shownValue(tags)}`);
  }
  return {
    kind,
    path,
    ...(source !== undefined && { source: sourceId(shortText(source, `${at}.source`)) }),
    at: timeText(entry["at"], `${at}.at`),
    machine: shortText(entry["machine"], `${at}.machine`),
    tags: tags as string[],
    sha256,
  };
}
