/** A report for the terminal: tables in plain characters, coloured on request. */
import { fitLines, type Screen } from "#kit/term/screen.ts";
import { paint, type Style } from "#kit/term/style.ts";
import { tableLines } from "#kit/term/table.ts";
import type { Report } from "./report.ts";
import { conclusionOf, factsOf } from "./summary.ts";
import { type Mark, type Table, tablesOf } from "./tables.ts";

const MARK_WIDTH = 4;
const GAP = "  ";

export const MARK_STYLES: Readonly<Record<Mark, Style>> = {
  PASS: "good",
  WEAK: "warn",
  FAIL: "bad",
  "N/A": "dim",
  "–": "dim",
};

export function reportText(report: Report, screen: Screen): string {
  const facts = factsOf(report);
  const nameWidth = Math.max(...facts.map(([name]) => name.length));
  return [
    ...facts.map(([name, value]) => fitLines(`${name.padEnd(nameWidth)}${GAP}${value}`, screen)),
    ...tablesOf(report).flatMap((table) => ["", ...textTable(table, screen)]),
    "",
    ...conclusionOf(report).map((sentence) => fitLines(sentence, screen)),
    "",
  ].join("\n");
}

/** Lays out a table under its title. @returns lines, of which some have line breaks in them */
export function textTable({ title, columns, groups }: Table, screen: Screen): string[] {
  const marked = [
    { title: " ".repeat(MARK_WIDTH) },
    ...columns.map((column) => ({ ...column, title: column.title.toUpperCase() })),
  ];
  const rows = groups.flatMap((group) =>
    group.rows.map(({ mark, cells }) => [{ text: mark, style: MARK_STYLES[mark] }, ...cells]),
  );
  const { header, lines } = tableLines(marked, rows, screen);
  const left = [...lines];
  return [
    paint(title, "bold", screen.color),
    "",
    header,
    ...groups.flatMap((group) => [
      ...(group.title === undefined
        ? []
        : [" ".repeat(MARK_WIDTH) + GAP + paint(group.title, "dim", screen.color)]),
      ...left.splice(0, group.rows.length),
    ]),
  ];
}
