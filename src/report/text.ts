/** A report for the terminal: tables in plain characters, coloured on request. */
import type { Report } from "./report.ts";
import { conclusionOf, factsOf } from "./summary.ts";
import { type Mark, type Row, type Table, tablesOf } from "./tables.ts";

const MARK_WIDTH = 4;
const GAP = "  ";

const COLORS: Readonly<Record<Mark, string>> = {
  PASS: "\x1b[32m",
  WEAK: "\x1b[33m",
  FAIL: "\x1b[1;31m",
  "N/A": "\x1b[2m",
  "–": "\x1b[2m",
};
const DIM = "\x1b[2m";
const BOLD = "\x1b[1m";
const RESET = "\x1b[0m";

export function reportText(report: Report, options: { readonly color: boolean }): string {
  const paint = (text: string, style: string) => (options.color ? `${style}${text}${RESET}` : text);
  const facts = factsOf(report);
  const nameWidth = Math.max(...facts.map(([name]) => name.length));
  return [
    ...facts.map(([name, value]) => `${name.padEnd(nameWidth)}${GAP}${value}`),
    ...tablesOf(report).flatMap((table) => ["", ...tableLines(table, paint)]),
    "",
    ...conclusionOf(report),
    "",
  ].join("\n");
}

function tableLines(table: Table, paint: (text: string, style: string) => string): string[] {
  const rows = table.groups.flatMap((group) => group.rows);
  const titles = table.columns.map((column) => column.title.toUpperCase());
  const widths = titles.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => row.cells[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (table.columns[i]?.numeric ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join(GAP)
      .trimEnd();
  const rowLine = ({ mark, cells }: Row) =>
    `${paint(mark.padEnd(MARK_WIDTH), COLORS[mark])}${GAP}${line(cells)}`.trimEnd();
  const indent = " ".repeat(MARK_WIDTH) + GAP;
  return [
    paint(table.title, BOLD),
    "",
    paint(`${indent}${line(titles)}`, DIM),
    ...table.groups.flatMap((group) => [
      ...(group.title === undefined ? [] : [paint(`${indent}${group.title}`, DIM)]),
      ...group.rows.map(rowLine),
    ]),
  ];
}
