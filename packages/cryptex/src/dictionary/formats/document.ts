/** A dictionary in a file, as it was read: entries with their lines, and everything that was not taken from it. */
import {
  type Entry,
  FIRST_STATUS,
  type Field,
  isList,
  STATUSES,
  type Status,
  SUMMARY_LENGTH,
} from "../entry.ts";

export interface ReadEntry {
  readonly entry: Entry;
  /** Where it begins in the file, from 1. */
  readonly line: number;
  /** The revision that it was exported with. */
  readonly revision?: number | undefined;
}

/** Something to say about a file. An error leaves everything out, a loss only what it names; the others leave nothing out. */
export interface Remark {
  readonly level: "error" | "loss" | "warning" | "note";
  readonly line: number | null;
  readonly words: string;
}

export interface ReadDocument {
  readonly entries: readonly ReadEntry[];
  readonly remarks: readonly Remark[];
  /** Written by this program: dependencies are codenames, and nothing is guessed. */
  readonly isOurs: boolean;
}

export interface ReadOptions {
  /** Keeps fields that nobody knows as notes. */
  readonly unknownToNotes?: boolean;
  /** Cuts summaries that are too long, and keeps them whole as notes. */
  readonly shortens?: boolean;
}

/** The name by which files of ours are known, and the newest form of them that this program knows. */
export const FORMAT = "cryptex-dictionary";
export const FORMAT_VERSION = 1;

/** Names of fields in files of others. */
const OTHER_NAMES: Readonly<Record<string, Field | "revision">> = {
  codename: "codename",
  code_name: "codename",
  pyro_name: "codename",
  symbol: "symbol",
  symbols: "symbol",
  summary: "summary",
  description: "summary",
  pseudocode: "pseudocode",
  status: "status",
  deps: "deps",
  dependencies: "deps",
  depends_on: "deps",
  kind: "kind",
  type: "kind",
  location: "location",
  file: "location",
  path: "location",
  signature: "signature",
  line_references: "line_references",
  lines: "line_references",
  owner: "owner",
  risk: "risk",
  notes: "notes",
  note: "notes",
  tags: "tags",
  revision: "revision",
};

/** Meanings of names in files, so that each is looked at once. Files do not have many. */
const meanings = new Map<string, Field | "revision" | undefined>();
const MOST_MEANINGS = 1_000;

/** Finds the field that a file means by a name, in whatever case and with whatever sign between words. */
export function fieldNamed(name: string): Field | "revision" | undefined {
  if (meanings.has(name)) return meanings.get(name);
  const key = name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, "_");
  const field = Object.hasOwn(OTHER_NAMES, key) ? OTHER_NAMES[key] : undefined;
  if (meanings.size < MOST_MEANINGS) meanings.set(name, field);
  return field;
}

/** The form of a status in which it is kept: `In Progress` is `in_progress`. */
export function statusFrom(text: string): string {
  if ((STATUSES as readonly string[]).includes(text)) return text;
  return text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, "_");
}

/** The parts of an entry that were found in a file. Lists may be found piece by piece. */
export type Found = { -readonly [F in Field]?: Entry[F] extends readonly string[] ? string[] : string };

/** Makes an entry of its parts. What would be lost is said, or kept as a note. */
export function assembled(found: Found, say: (words: string) => void, options: ReadOptions): Entry {
  const once = (field: "deps" | "line_references" | "tags") => {
    const items = found[field] ?? [];
    if (items.length < 2) return items;
    const different = [...new Set(items)];
    if (different.length < items.length) say(`${field}: what stands there twice is taken once`);
    return different;
  };
  let { summary = "", notes = [] } = found;
  if (options.shortens && summary.length > SUMMARY_LENGTH && [...summary].length > SUMMARY_LENGTH) {
    notes = [...notes, `summary: ${summary}`];
    summary = `${[...summary].slice(0, SUMMARY_LENGTH - 1).join("")}…`;
    say("summary: cut, and kept whole as a note");
  }
  return {
    codename: found.codename ?? "",
    symbol: found.symbol ?? "",
    summary,
    pseudocode: found.pseudocode ?? "",
    // What is no status is said later, with everything else that is wrong with an entry.
    status: (found.status === undefined ? FIRST_STATUS : statusFrom(found.status)) as Status,
    deps: once("deps"),
    kind: found.kind ?? "",
    location: found.location ?? "",
    signature: found.signature ?? "",
    line_references: once("line_references"),
    owner: found.owner ?? "",
    risk: found.risk ?? "",
    notes,
    tags: once("tags"),
  };
}

/** Adds a text to what was found, to a list as its next item. False where there is a text already. */
export function put(found: Found, field: Field, text: string): boolean {
  if (isList(field)) {
    const items = found[field] ?? [];
    items.push(text);
    found[field] = items;
    return true;
  }
  if (found[field] !== undefined) return false;
  found[field] = text;
  return true;
}
