/**
 * Dictionaries in JSON: ours, and those with `pyro_name` and `dependencies`, with a version or without, whose dependencies may
 * name symbols.
 */
import { visible } from "#kit/format/visible.ts";
import type { StoredEntry } from "../dictionary.ts";
import { CODENAME_LENGTH, FIELDS, type Field, isList } from "../entry.ts";
import {
  assembled,
  FORMAT,
  FORMAT_VERSION,
  type Found,
  fieldNamed,
  put,
  type ReadDocument,
  type ReadEntry,
  type ReadOptions,
  type Remark,
} from "./document.ts";
import { JsonText } from "./json-text.ts";

// ---- Writing ----

export interface WriteOptions {
  /** Writes revisions, so that an import can tell what was changed since. */
  readonly revisions?: boolean;
}

/** Writes entries, each on a line of its own, so that a line of a diff is an entry; what is empty is left out. */
export function writeJson(entries: readonly StoredEntry[], { revisions = false }: WriteOptions = {}): string {
  const lines = entries.map((entry) => {
    const fields = FIELDS.filter((field) => entry[field].length > 0).map((field) => [field, entry[field]]);
    const revision = revisions ? [["revision", entry.revision]] : [];
    return `    ${JSON.stringify(Object.fromEntries([...fields, ...revision]))}`;
  });
  const head = `{\n  "format": ${JSON.stringify(FORMAT)},\n  "version": ${FORMAT_VERSION},\n  "entries": [`;
  return lines.length === 0 ? `${head}]\n}\n` : `${head}\n${lines.join(",\n")}\n  ]\n}\n`;
}

// ---- Reading ----

/** Reads a text that is JSON, or should be. @param name of the file, for messages @throws InputError where it is none */
export function readJson(text: string, name: string, options: ReadOptions = {}): ReadDocument {
  return new JsonReader(JsonText.parse(text, name), options).read();
}

/** Keys beside the entries in files of others that are about the file. */
const ABOUT_THE_FILE = ["version", "metadata", "$schema", "generated", "description", "name"];

class JsonReader {
  readonly #remarks: Remark[] = [];
  readonly #entries: ReadEntry[] = [];
  /** Unknown fields of entries, by name: the first line, and how many there are. */
  readonly #unknown = new Map<string, { readonly line: number; count: number }>();

  constructor(
    private readonly json: JsonText,
    private readonly options: ReadOptions,
  ) {}

  read(): ReadDocument {
    for (const { key, line } of this.json.keysTwice()) {
      this.#say("error", `the key ${JSON.stringify(key)} stands there twice`, line);
    }
    const { list, path, isOurs } = this.#list();
    for (const [number, item] of list.entries()) this.#entry(item, [...path, number]);
    for (const [field, { line, count }] of this.#unknown) {
      const where = count === 1 ? "" : `, in ${count} entries`;
      const become = this.options.unknownToNotes ? "kept as a note" : "not taken";
      this.#say(
        this.options.unknownToNotes ? "note" : "loss",
        `unknown field ${field}${where}: ${become}`,
        line,
      );
    }
    return { entries: this.#entries, remarks: this.#remarks, isOurs };
  }

  #say(level: Remark["level"], words: string, place: number | readonly (string | number)[] | null): void {
    const line = place === null || typeof place === "number" ? place : this.json.lineOf(place);
    this.#remarks.push({ level, line, words: visible(words) });
  }

  /** Finds the list of entries. */
  #list(): { readonly list: readonly unknown[]; readonly path: readonly string[]; readonly isOurs: boolean } {
    const { value } = this.json;
    const nothing = { list: [], path: [], isOurs: false };
    if (Array.isArray(value)) return { list: value, path: [], isOurs: false };
    if (!isObject(value)) {
      this.#say("error", "there is no dictionary in it: no list of entries, and no object with one", 1);
      return nothing;
    }
    const isOurs = value["format"] === FORMAT;
    const { version, entries } = value;
    if (isOurs && (typeof version !== "number" || version > FORMAT_VERSION)) {
      const known = `this program knows versions up to ${FORMAT_VERSION}`;
      this.#say("error", `version ${JSON.stringify(version)} of ${FORMAT}: ${known}`, ["version"]);
      return nothing;
    }
    if (value["format"] !== undefined && !isOurs) {
      this.#say("error", `format ${JSON.stringify(value["format"])}, and not ${FORMAT}`, ["format"]);
      return nothing;
    }
    if (!Array.isArray(entries)) {
      this.#say("error", 'there is no list "entries" in it', entries === undefined ? 1 : ["entries"]);
      return nothing;
    }
    for (const key of Object.keys(value)) {
      if (["entries", "format"].includes(key) || (isOurs && key === "version")) continue;
      const isAbout = ABOUT_THE_FILE.includes(key);
      // Its line would take the syntax tree of the whole file.
      this.#say(isAbout ? "note" : "loss", `${key}: about the file, not taken`, isAbout ? null : [key]);
    }
    return { list: entries, path: ["entries"], isOurs };
  }

  #entry(item: unknown, path: readonly (string | number)[]): void {
    if (!isObject(item)) {
      this.#say("error", `entry ${Number(path.at(-1)) + 1} is ${typeOf(item)}, and not an object`, path);
      return;
    }
    const found: Found = {};
    let revision: number | undefined;
    let isWhole = true;
    const fail = (key: string, words: string) => {
      isWhole = false;
      this.#say("error", `${nameOf(found, path)}: ${key}: ${words}`, [...path, key]);
    };
    const kept: string[] = [];
    for (const key in item) {
      const value = item[key];
      const field = fieldNamed(key);
      if (value === null || (field === undefined && this.#isUnknown(key, value, path, kept))) continue;
      if (field === "revision") {
        if (Number.isSafeInteger(value) && (value as number) > 0) revision = value as number;
        else fail(key, `is ${JSON.stringify(value)}, and not a whole number from 1`);
      } else if (
        typeof value === "string" &&
        field !== undefined &&
        !isList(field) &&
        found[field] === undefined
      ) {
        found[field] = value;
      } else if (field !== undefined) {
        for (const text of textsOf(field, value, (words) => fail(key, words))) {
          if (!put(found, field, text) && found[field] !== text)
            fail(key, `says something else than another ${field}`);
        }
      }
    }
    if (kept.length > 0) found.notes = [...(found.notes ?? []), ...kept];
    if (found.codename === undefined) fail("codename", "is missing");
    if (!isWhole) return;
    const say = (words: string) => this.#say("note", `${nameOf(found, path)}: ${words}`, path);
    const entry = assembled(found, say, this.options);
    this.#entries.push(lazyLine(entry, revision, () => this.json.lineOf(path)));
  }

  #isUnknown(key: string, value: unknown, path: readonly (string | number)[], kept: string[]): true {
    const known = this.#unknown.get(key);
    if (known) known.count++;
    else this.#unknown.set(key, { line: this.json.lineOf([...path, key]), count: 1 });
    if (this.options.unknownToNotes)
      kept.push(`${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
    return true;
  }
}

/** Finding a line takes the file's syntax tree, which most imports never need. */
function lazyLine(entry: ReadEntry["entry"], revision: number | undefined, lineOf: () => number): ReadEntry {
  return {
    entry,
    revision,
    get line() {
      return lineOf();
    },
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function nameOf({ codename }: Found, path: readonly (string | number)[]): string {
  return codename?.slice(0, CODENAME_LENGTH) ?? `entry ${Number(path.at(-1)) + 1}`;
}

/** Reads a value of a field as one text, or as the items of a list. A text may stand for a list of one. */
function textsOf(field: Field, value: unknown, fail: (words: string) => void): string[] {
  if (typeof value === "string") return isList(field) && value === "" ? [] : [value];
  if (!isList(field)) {
    fail(`is ${typeOf(value)}, and not a text`);
    return [];
  }
  const items = Array.isArray(value) ? value : [value];
  return items.flatMap((item, number) => {
    const text =
      typeof item === "string" ? item : field === "line_references" ? lineReference(item) : undefined;
    if (text === undefined) fail(`item ${number + 1} is ${typeOf(item)}, and not a text`);
    return text ?? [];
  });
}

/** Reads `{"file": "re.c", "start": 12, "end": 20}` as `re.c:12-20`, and a number as a line. */
function lineReference(item: unknown): string | undefined {
  if (Number.isSafeInteger(item)) return String(item);
  if (!isObject(item)) return undefined;
  const { file, start, end, ...rest } = item;
  const isLine = (value: unknown) => value === undefined || value === null || Number.isSafeInteger(value);
  if (Object.keys(rest).length > 0 || !isLine(start) || !isLine(end) || start == null) return undefined;
  if (file != null && typeof file !== "string") return undefined;
  return `${file == null ? "" : `${file}:`}${start}${end == null ? "" : `-${end}`}`;
}
