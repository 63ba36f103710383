/** An entry of the dictionary: what is known of one part of a code base. Start here; dictionary.ts says what can be done with them. */

/** How far a part has come, in the order in which statistics list them. */
export const STATUSES = ["legacy", "in_progress", "ported", "stable", "experimental", "deprecated"] as const;

export type Status = (typeof STATUSES)[number];

/** The status of a part of which nothing is said: nobody has ported it. */
export const FIRST_STATUS: Status = "legacy";

/** Serialises to JSON as it is; names are those of the files that are exchanged. Texts that are not known are empty. */
export interface Entry {
  /** The key: no other entry has it. */
  readonly codename: string;
  /** Name in the code; several entries may share one. */
  readonly symbol: string;
  /** One line of at most SUMMARY_LENGTH characters. */
  readonly summary: string;
  readonly pseudocode: string;
  readonly status: Status;
  /** Codenames of entries that this part needs. They may name entries that are not there yet. */
  readonly deps: readonly string[];
  /** As `function`, `struct`, `module`. */
  readonly kind: string;
  /** Path in the code base. */
  readonly location: string;
  readonly signature: string;
  /** As `re.c:120-140`. */
  readonly line_references: readonly string[];
  readonly owner: string;
  readonly risk: string;
  readonly notes: readonly string[];
  readonly tags: readonly string[];
}

export type Field = keyof Entry;

/** The fields in the order in which they are shown and written. */
export const FIELDS: readonly Field[] = [
  "codename",
  "symbol",
  "summary",
  "status",
  "kind",
  "location",
  "signature",
  "pseudocode",
  "deps",
  "line_references",
  "owner",
  "risk",
  "notes",
  "tags",
];

type ListField = "deps" | "line_references" | "notes" | "tags";
export const LIST_FIELDS: readonly ListField[] = ["deps", "line_references", "notes", "tags"];

export function isList(field: Field): field is ListField {
  return (LIST_FIELDS as readonly Field[]).includes(field);
}

/** Fields that an edit may change. The codename is how others find the entry, so it stays. */
export type Changes = Partial<Omit<Entry, "codename">>;

/** Makes an entry of which only this is known. */
export function newEntry(codename: string, known: Changes = {}): Entry {
  return {
    codename,
    symbol: "",
    summary: "",
    pseudocode: "",
    status: FIRST_STATUS,
    deps: [],
    kind: "",
    location: "",
    signature: "",
    line_references: [],
    owner: "",
    risk: "",
    notes: [],
    tags: [],
    ...known,
  };
}

/** Picks the fields of an entry, in their order, out of what may have more. */
export function entryOf({
  codename,
  symbol,
  summary,
  status,
  kind,
  location,
  signature,
  pseudocode,
  deps,
  line_references,
  owner,
  risk,
  notes,
  tags,
}: Entry): Entry {
  return {
    codename,
    symbol,
    summary,
    status,
    kind,
    location,
    signature,
    pseudocode,
    deps,
    line_references,
    owner,
    risk,
    notes,
    tags,
  };
}

/** Tells that two values of a field are the same. */
export function isSame(a: Entry[Field], b: Entry[Field]): boolean {
  if (typeof a === "string" || typeof b === "string") return a === b;
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

/** Lists the fields in which two entries differ. */
export function differences(a: Entry, b: Entry): Field[] {
  return FIELDS.filter((field) => !isSame(a[field], b[field]));
}

// ---- What an entry must be ----

export const SUMMARY_LENGTH = 160;
/** A codename is a word that people say, and part of a path in URLs. */
export const CODENAME_LENGTH = 200;
/** Room for any path, signature or name; what is longer is no line. */
const LINE_LENGTH = 4_000;
/** Room for a long function's pseudocode. */
const TEXT_LENGTH = 200_000;
const LIST_LENGTH = 10_000;

/** Something in an entry that cannot be kept. */
export interface EntryFault {
  readonly field: Field;
  readonly words: string;
}

/** Finds what is wrong with an entry whose fields have the right types. */
export function faultsOf(entry: Entry): EntryFault[] {
  return isPlain(entry) ? [] : closeLook(entry);
}

/** Signs that are wrong somewhere, or may be: controls, other line breaks, surrogates. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const DOUBTFUL = /[\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]/;
const DOUBTFUL_IN_TEXT = /[\0\ud800-\udfff]/;

/** Tells most entries without a fault by a few tests, for there may be many thousands. Others need a closer look. */
function isPlain(entry: Entry): boolean {
  const { codename, symbol, summary, kind, location, owner, risk, pseudocode, signature } = entry;
  return (
    isPlainItem(codename) &&
    isPlainLine(symbol) &&
    summary.length <= SUMMARY_LENGTH &&
    isPlainLine(summary) &&
    isPlainLine(kind) &&
    isPlainLine(location) &&
    isPlainLine(owner) &&
    isPlainLine(risk) &&
    isPlainText(pseudocode) &&
    isPlainText(signature) &&
    (STATUSES as readonly string[]).includes(entry.status) &&
    isPlainList(entry.deps) &&
    isPlainList(entry.tags) &&
    isPlainList(entry.line_references) &&
    entry.notes.length === 0
  );
}

function isPlainLine(text: string): boolean {
  return text === "" || (text.length <= LINE_LENGTH && !DOUBTFUL.test(text));
}

function isPlainText(text: string): boolean {
  return text === "" || (text.length <= TEXT_LENGTH && !DOUBTFUL_IN_TEXT.test(text));
}

function isPlainItem(text: string): boolean {
  return (
    text !== "" &&
    !DOTS.test(text) &&
    text.length <= CODENAME_LENGTH &&
    text.trim() === text &&
    !DOUBTFUL.test(text)
  );
}

function isPlainList(items: readonly string[]): boolean {
  return items.length <= 10 && items.every((item, at) => isPlainItem(item) && items.indexOf(item) === at);
}

function closeLook(entry: Entry): EntryFault[] {
  const faults: EntryFault[] = [];
  const lines: readonly Field[] = ["symbol", "summary", "kind", "location", "owner", "risk"];
  for (const field of FIELDS) {
    const value = entry[field];
    const say = (words: string | undefined) => words !== undefined && faults.push({ field, words });
    if (field === "codename") say(codenameFault(entry.codename));
    else if (field === "status") say(statusFault(entry.status));
    else if (field === "pseudocode" || field === "signature") say(textFault(value as string));
    else if (!isList(field)) {
      say(lines.includes(field) ? lineFault(value as string) : undefined);
      if (field === "summary") say(summaryFault(entry.summary));
    } else say(listFault(field, entry[field]));
  }
  return faults;
}

/** A sign that breaks lines, for somebody. */
const LINE_BREAK = /[\n\r\v\f\u0085\u2028\u2029]/;
const CONTROL = /\p{Cc}/u;
/** Clients take such parts out of URLs, with `%2e` too: https://url.spec.whatwg.org/#double-dot-path-segment */
const DOTS = /^\.\.?$/;

function codenameFault(name: string): string | undefined {
  if (name === "") return "is empty";
  if (DOTS.test(name)) return "is a path that leads elsewhere, in every URL";
  if (name.trim() !== name) return "begins or ends with a blank";
  if (CONTROL.test(name) || LINE_BREAK.test(name)) return "has a control character or a line break in it";
  if (name.length > CODENAME_LENGTH) return `has more than ${CODENAME_LENGTH} characters`;
  return unstorable(name);
}

function statusFault(status: string): string | undefined {
  return (STATUSES as readonly string[]).includes(status)
    ? undefined
    : `is ${JSON.stringify(status)}, and not one of ${STATUSES.join(", ")}`;
}

function summaryFault(summary: string): string | undefined {
  // Counting code points costs more than it is worth where there are few code units.
  if (summary.length <= SUMMARY_LENGTH) return undefined;
  const { length } = [...summary];
  return length > SUMMARY_LENGTH ? `has ${length} characters; ${SUMMARY_LENGTH} are allowed` : undefined;
}

function lineFault(text: string): string | undefined {
  if (LINE_BREAK.test(text)) return "has a line break in it";
  if (text.length > LINE_LENGTH) return `has more than ${LINE_LENGTH} characters`;
  return unstorable(text);
}

function textFault(text: string): string | undefined {
  return text.length > TEXT_LENGTH ? `has more than ${TEXT_LENGTH} characters` : unstorable(text);
}

/** SQLite's texts are UTF-8, which has no halves of surrogate pairs, and end with NUL for many of its functions. */
function unstorable(text: string): string | undefined {
  if (text.includes("\0")) return "has a NUL character in it";
  return text.isWellFormed() ? undefined : "has half of a surrogate pair in it, which is no character";
}

function listFault(field: ListField, items: readonly string[]): string | undefined {
  if (items.length === 0) return undefined;
  if (items.length > LIST_LENGTH) return `has more than ${LIST_LENGTH} items`;
  const faultOf = { deps: codenameFault, notes: textFault, tags: lineFault, line_references: lineFault }[
    field
  ];
  for (const item of items) {
    if (item === "") return "has an empty item";
    const fault = faultOf(item);
    if (fault !== undefined) return `has an item that ${fault}: ${JSON.stringify(item.slice(0, 60))}`;
  }
  if (field === "notes" || new Set(items).size === items.length) return undefined;
  const twice = items.find((item, i) => items.indexOf(item) !== i);
  return `has ${JSON.stringify(twice)} twice`;
}
