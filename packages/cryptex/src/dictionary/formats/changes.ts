/** Changes of one entry in JSON, as `dict get --json` prints it: the fields that are there change, the others stay. */
import { InputError } from "#kit/errors.ts";
import { fromUtf8, visible } from "#kit/format/visible.ts";
import { type Changes, type Entry, FIELDS } from "../entry.ts";
import { fieldNamed } from "./document.ts";
import { readJson } from "./json.ts";
import { JsonText } from "./json-text.ts";

export interface EntryChanges {
  readonly changes: Changes;
  readonly revision: number | undefined;
}

/** @param name of the file, for messages @throws InputError for what is no entry, or that of another codename */
export function readChanges(bytes: Uint8Array, name: string, codename: string): EntryChanges {
  const text = fromUtf8(bytes);
  if (text === undefined) throw new InputError(`${name}: this is no UTF-8`);
  const { value } = JsonText.parse(text, name);
  const given = isObject(value) && isObject(value["entry"]) ? value["entry"] : value;
  if (!isObject(given)) throw new InputError(`${name}: this is no object with the fields of an entry`);
  const { entries, remarks } = readJson(JSON.stringify([{ codename, ...given }]), name);
  const [read] = entries;
  // Fields that nobody knows would be lost.
  const fault = remarks.find(({ level }) => level !== "note");
  if (fault || !read) throw new InputError(`${name}: ${fault?.words ?? "this is no entry"}`);
  if (read.entry.codename !== codename) {
    throw new InputError(
      `${name} is the entry ${visible(read.entry.codename)}, and not ${visible(codename)}`,
    );
  }
  const fields = new Set(Object.keys(given).map(fieldNamed));
  const changed = FIELDS.filter((field) => field !== "codename" && fields.has(field));
  const entry: Entry = read.entry;
  return {
    changes: Object.fromEntries(changed.map((field) => [field, entry[field]])),
    revision: read.revision,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
