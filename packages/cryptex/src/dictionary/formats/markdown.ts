/**
 * Dictionaries as tables of Markdown: codenames in bold, symbols and paths in code spans, behind which text may stand, pseudocode
 * between three backticks in its cell.
 */
import { plural } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import type { StoredEntry } from "../dictionary.ts";
import { FIELDS, type Field, isList } from "../entry.ts";
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
import type { WriteOptions } from "./json.ts";
import {
  cellCode,
  cellItem,
  cellsOf,
  cellText,
  codeCell,
  isDelimiterRow,
  itemsOf,
  textOf,
} from "./markdown-cells.ts";

// ---- Writing ----

const MARK = new RegExp(`^<!-- ${FORMAT} (\\d+) -->$`);
/** Fields whose text is code. */
const CODE: readonly Field[] = ["symbol", "location", "signature"];

/** Writes a table with the columns that say something. */
export function writeMarkdown(
  entries: readonly StoredEntry[],
  { revisions = false }: WriteOptions = {},
): string {
  const fields = FIELDS.filter(
    (field) => field === "codename" || entries.some((entry) => entry[field].length > 0),
  );
  const titles = [...fields.map(titleOf), ...(revisions ? ["Revision"] : [])];
  const rows = entries.map((entry) => {
    const cells = fields.map((field) => cellOf(entry, field));
    return row([...cells, ...(revisions ? [String(entry.revision)] : [])]);
  });
  const head = [`<!-- ${FORMAT} ${FORMAT_VERSION} -->`, "", row(titles), row(titles.map(() => "---"))];
  return `${[...head, ...rows].join("\n")}\n`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function titleOf(field: Field): string {
  const words = field.replaceAll("_", " ");
  return words[0]!.toUpperCase() + words.slice(1);
}

function cellOf(entry: StoredEntry, field: Field): string {
  if (field === "codename") return `**${cellText(entry.codename)}**`;
  if (field === "notes") return entry.notes.map((note) => cellText(note, "&#10;")).join("<br>");
  if (isList(field)) return entry[field].map(cellItem).join("<br>");
  return CODE.includes(field) ? cellCode(entry[field]) : cellText(entry[field]);
}

// ---- Reading ----

/** Reads the tables with a column of codenames. */
export function readMarkdown(text: string, options: ReadOptions = {}): ReadDocument {
  return new MarkdownReader(text.split(/\r\n|\n|\r/), options).read();
}

type Column = { readonly title: string; readonly field: Field | "revision" | undefined };

class MarkdownReader {
  readonly #remarks: Remark[] = [];
  readonly #entries: ReadEntry[] = [];
  #isOurs = false;

  constructor(
    private readonly lines: readonly string[],
    private readonly options: ReadOptions,
  ) {}

  read(): ReadDocument {
    let fence: string | undefined;
    let tables = 0;
    for (let at = 0; at < this.lines.length; at++) {
      const line = this.lines[at]!;
      const [, mark, rest = ""] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
      if (fence !== undefined) {
        if (mark?.startsWith(fence) && rest.trim() === "") fence = undefined;
        continue;
      }
      if (mark !== undefined && !(mark[0] === "`" && rest.includes("`"))) {
        fence = mark;
        continue;
      }
      const [, version] = MARK.exec(line.trim()) ?? [];
      if (version !== undefined) this.#version(Number(version), at + 1);
      else if (line.includes("|") && isDelimiterRow(this.lines[at + 1] ?? "")) {
        at = this.#table(at);
        tables++;
      }
    }
    if (tables === 0)
      this.#say("error", "it is neither JSON with a list or an object, nor Markdown with a table", 1);
    else if (
      this.#entries.length === 0 &&
      !this.#remarks.some(({ level }) => level === "error") &&
      !this.#isOurs
    ) {
      this.#say("error", "none of its tables has a column Codename", 1);
    }
    return { entries: this.#entries, remarks: this.#remarks, isOurs: this.#isOurs };
  }

  #say(level: Remark["level"], words: string, line: number): void {
    this.#remarks.push({ level, line, words: visible(words) });
  }

  #version(version: number, line: number): void {
    this.#isOurs = true;
    if (version > FORMAT_VERSION) {
      this.#say("error", `version ${version}: this program knows versions up to ${FORMAT_VERSION}`, line);
    }
  }

  /** @param at index of the row of titles @returns index of the last row */
  #table(at: number): number {
    const titles = cellsOf(this.lines[at]!).map(textOf);
    let end = at + 2;
    while (end < this.lines.length && this.lines[end]!.includes("|")) end++;
    const rows = this.lines.slice(at + 2, end).map((line) => cellsOf(line));
    const columns = columnsOf(titles, rows);
    if (!columns.some(({ field }) => field === "codename")) {
      this.#say(
        "note",
        `a table without a column Codename, of ${plural(rows.length, "row")}: not taken`,
        at + 1,
      );
      return end - 1;
    }
    const twice = columns.find(
      ({ field }, i) => field && columns.findIndex((other) => other.field === field) < i,
    );
    if (twice) {
      this.#say("error", `two columns say what is called ${twice.field} here`, at + 1);
      return end - 1;
    }
    const { unknownToNotes } = this.options;
    for (const { title } of columns.filter(({ field }) => field === undefined)) {
      const become = unknownToNotes ? "kept as notes" : "not taken";
      this.#say(
        unknownToNotes ? "note" : "loss",
        `unknown column ${JSON.stringify(title)}: ${become}`,
        at + 1,
      );
    }
    for (const [i, cells] of rows.entries()) this.#row(cells, columns, at + 3 + i);
    return end - 1;
  }

  #row(cells: readonly string[], columns: readonly Column[], line: number): void {
    if (cells.length !== columns.length) {
      this.#say("error", `the row has ${cells.length} cells, and the table ${columns.length} columns`, line);
      return;
    }
    const found: Found = {};
    let revision: number | undefined;
    for (const [i, { title, field }] of columns.entries()) {
      const cell = cells[i]!;
      if (cell === "") continue;
      if (field === "revision") {
        revision = Number(cell);
        if (!(Number.isSafeInteger(revision) && revision > 0)) {
          this.#say("error", `the revision is ${JSON.stringify(cell)}, and not a whole number from 1`, line);
          return;
        }
      } else if (field !== undefined) this.#cell(found, field, cell);
      else if (this.options.unknownToNotes) put(found, "notes", `${title}: ${textOf(cell)}`);
    }
    const name = found.codename ?? "";
    if (name === "") {
      this.#say("error", "the row has no codename", line);
      return;
    }
    const entry = assembled(found, (words) => this.#say("note", `${name}: ${words}`, line), this.options);
    this.#entries.push({ entry, line, revision });
  }

  #cell(found: Found, field: Field, cell: string): void {
    if (isList(field)) {
      for (const item of itemsOf(cell, field !== "notes")) put(found, field, item);
      return;
    }
    const plain = field === "codename" ? withoutEmphasis(cell) : cell;
    const code = field === "summary" || field === "status" ? undefined : codeCell(plain);
    if (code === undefined) put(found, field, textOf(plain));
    else if (field === "pseudocode" && code.rest !== "") put(found, field, textOf(plain));
    else {
      put(found, field, code.code);
      if (code.rest !== "") put(found, "notes", `${field}: ${code.rest}`);
    }
  }
}

/** Finds the fields of columns. Where no title says it, codenames are in the first column, if all its cells are bold. */
function columnsOf(titles: readonly string[], rows: readonly (readonly string[])[]): Column[] {
  const columns = titles.map((title) => ({ title, field: fieldNamed(title.replaceAll(/[*`]/g, "")) }));
  if (columns.some(({ field }) => field === "codename")) return columns;
  const isBold = rows.length > 0 && rows.every(([first = ""]) => withoutEmphasis(first) !== first);
  const [first] = columns;
  return isBold && first?.field === undefined
    ? columns.map((column, i) => (i === 0 ? { ...column, field: "codename" } : column))
    : columns;
}

function withoutEmphasis(cell: string): string {
  const [, inner] = /^(?:\*\*|__)(.+)(?:\*\*|__)$/s.exec(cell) ?? [];
  return inner ?? cell;
}
