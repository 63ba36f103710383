/** Output that commands `dict …` share. Texts of entries are hostile: what is not printable is escaped. */
import { plural } from "#kit/format/numbers.ts";
import { safeJson, visible } from "#kit/format/visible.ts";
import type { Io } from "#kit/term/io.ts";
import type { Screen } from "#kit/term/screen.ts";
import { paint, type Style } from "#kit/term/style.ts";
import { type Column, table } from "#kit/term/table.ts";
import type { StoredEntry } from "../dictionary/dictionary.ts";
import { FIELDS, isList, type Status } from "../dictionary/entry.ts";
import type { Remark } from "../dictionary/formats/document.ts";

export function jsonLine(result: object): string {
  return `${safeJson({ schema: 1, ...result })}\n`;
}

const STYLES: Readonly<Record<Status, Style>> = {
  legacy: "dim",
  in_progress: "warn",
  ported: "good",
  stable: "good",
  experimental: "warn",
  deprecated: "dim",
};

const COLUMNS: readonly Column[] = [
  { title: "CODENAME" },
  { title: "SYMBOL", optional: true },
  { title: "STATUS" },
  { title: "KIND", optional: true, leaves: 1 },
  { title: "TAGS", optional: true, leaves: 2, wraps: "inside" },
  { title: "SUMMARY", optional: true, wraps: "below" },
];

export function entriesTable(entries: readonly StoredEntry[], io: Screen): string {
  const rows = entries.map(({ codename, symbol, status, kind, tags, summary }) => [
    visible(codename),
    visible(symbol),
    { text: status, style: STYLES[status] },
    visible(kind),
    visible(tags.join(" ")),
    visible(summary),
  ]);
  return `${table(COLUMNS, rows, io)}\n`;
}

/** A title, then a field a line; texts of several lines stand below their names. */
export function entryText(entry: StoredEntry, { color }: Screen): string {
  const lines = [`${paint(visible(entry.codename), "bold", color)}  revision ${entry.revision}`];
  for (const field of FIELDS) {
    const value = entry[field];
    if (field === "codename" || value.length === 0) continue;
    const name = field.replaceAll("_", " ");
    const texts = (isList(field) ? entry[field] : [entry[field]]).flatMap((text) => text.split("\n"));
    if (texts.length === 1) lines.push(`  ${paint(name, "dim", color)}  ${visible(texts[0]!)}`);
    else
      lines.push(`  ${paint(name, "dim", color)}`, ...texts.map((text) => `    ${visible(text)}`.trimEnd()));
  }
  return lines.map((line) => `${line}\n`).join("");
}

/** Remarks of a level that are written out. */
const MOST_WRITTEN = 50;

/** Says what was found in a file on stderr: errors first, then losses, then the rest. */
export function sayRemarks(file: string, remarks: readonly Remark[], io: Io): void {
  const say = {
    error: (words: string) => io.log.error(words),
    loss: (words: string) => io.log.warn(words),
    warning: (words: string) => io.log.warn(words),
    note: (words: string) => io.log.info(words),
  };
  for (const level of ["error", "loss", "warning", "note"] as const) {
    const some = remarks.filter((remark) => remark.level === level);
    for (const { line, words } of some.slice(0, MOST_WRITTEN)) {
      say[level](`${visible(file)}${line === null ? "" : `:${line}`}: ${words}`);
    }
    const rest = some.length - MOST_WRITTEN;
    if (rest > 0) say[level](`and ${plural(rest, "more")} of this kind: --json lists them all`);
  }
}
