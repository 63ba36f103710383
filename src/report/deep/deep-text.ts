/** A report of the battery for large data for the terminal: what is known before, a line an evaluation as it comes, and the rest. */
import { fitLines, type Screen } from "#kit/term/screen.ts";
import { paint } from "#kit/term/style.ts";
import type { Evaluation } from "../../deep/evaluation.ts";
import { formatP } from "../numbers.ts";
import { MARK_STYLES, textTable } from "../text.ts";
import type { DeepReport } from "./deep-report.ts";
import {
  deepConclusion,
  deepFacts,
  deepMark,
  EVALUATION_COLUMNS,
  evaluationRow,
  nameOf,
  tablesOf,
} from "./deep-words.ts";

/** Widths for the largest figures: 2^40 bytes, 99,999 tests, 99,999,999 p-values, the title of p. The last column is as long as it is. */
const WIDTHS = [24, 6, 10, 18, 0];
const GAP = "  ";
const MARK_WIDTH = 4;

export function headText(report: Parameters<typeof deepFacts>[0], screen: Screen): string {
  const facts = deepFacts(report);
  const nameWidth = Math.max(...facts.map(([name]) => name.length));
  const titles = EVALUATION_COLUMNS.map(({ title }) => title.toUpperCase());
  return [
    ...facts.map(([name, value]) => fitLines(`${name.padEnd(nameWidth)}${GAP}${value}`, screen)),
    "",
    paint(fitLines(" ".repeat(MARK_WIDTH) + GAP + inColumns(titles), screen), "dim", screen.color),
    "",
  ].join("\n");
}

/** Findings that are named with their evaluation; those at the end have a table. */
const MOST_NAMED = 5;

/** Writes the line of an evaluation, and one for each finding. */
export function evaluationText(evaluation: Evaluation, screen: Screen): string {
  const { mark, cells } = evaluationRow(evaluation);
  const { findings } = evaluation;
  const more = findings.length - MOST_NAMED;
  const lines = [
    `${paint(mark.padEnd(MARK_WIDTH), MARK_STYLES[mark], screen.color)}${GAP}${inColumns(cells)}`,
    ...findings.slice(0, MOST_NAMED).map((finding) => {
      const own = deepMark(finding.verdict);
      const words = `${nameOf(finding)}: corrected p ${formatP(finding.correctedP)}: ${finding.suspicion}`;
      return `${" ".repeat(MARK_WIDTH) + GAP}${paint(own, MARK_STYLES[own], screen.color)}${GAP}${words}`;
    }),
    ...(more > 0 ? [`${" ".repeat(MARK_WIDTH) + GAP}and ${more} more`] : []),
  ];
  return lines.map((line) => `${fitLines(line, screen)}\n`).join("");
}

export function tailText(report: DeepReport, screen: Screen): string {
  const last = report.evaluations.at(-1);
  const tables = last === undefined || last.verdict === null ? [] : tablesOf(last, report.families);
  return [
    ...tables.flatMap((table) => ["", ...textTable(table, screen)]),
    "",
    ...deepConclusion(report).map((sentence) => fitLines(sentence, screen)),
    "",
  ].join("\n");
}

export function deepText(report: DeepReport, screen: Screen): string {
  return [
    headText(report, screen),
    ...report.evaluations.map((evaluation) => evaluationText(evaluation, screen)),
    tailText(report, screen),
  ].join("");
}

function inColumns(cells: readonly string[]): string {
  return cells
    .map((cell, i) => {
      const width = WIDTHS[i]!;
      return EVALUATION_COLUMNS[i]!.align === "right" ? cell.padStart(width) : cell.padEnd(width);
    })
    .join(GAP)
    .trimEnd();
}
