/** A report of the battery for large data for the terminal: what is known before, a line an evaluation as it comes, and the rest. */
import { wrap } from "#kit/format/wrap.ts";
import { fitLines, lineWidth, type Screen } from "#kit/term/screen.ts";
import { paint } from "#kit/term/style.ts";
import type { Evaluation, Finding } from "../../deep/evaluation.ts";
import { formatP } from "../numbers.ts";
import type { Mark } from "../tables.ts";
import { MARK_STYLES, textTable } from "../text.ts";
import type { DeepReport } from "./deep-report.ts";
import {
  deepConclusion,
  deepFacts,
  deepMark,
  EVALUATION_COLUMNS,
  evaluationRow,
  lastTables,
  nameOf,
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
    paint(fitLines(INDENT + inColumns(titles), screen), "dim", screen.color),
    "",
  ].join("\n");
}

/** Findings that are named with their evaluation; those at the end have a table. */
const MOST_NAMED = 5;

const INDENT = " ".repeat(MARK_WIDTH) + GAP;

/** Writes the line of an evaluation, and one for each finding. */
export function evaluationText(evaluation: Evaluation, screen: Screen): string {
  const { mark, cells } = evaluationRow(evaluation);
  const { findings } = evaluation;
  const more = findings.length - MOST_NAMED;
  const [of, ...figures] = cells.toReversed();
  const line = inColumns(figures.toReversed());
  // Findings are named below.
  const name = findings.length === 0 && of ? `${GAP}${of}` : "";
  const fits = INDENT.length + line.length + name.length <= lineWidth(screen);
  return [
    `${painted(mark, screen)}${GAP}${line}${fits ? name : ""}`,
    ...(fits ? [] : wrap(name, lineWidth(screen) - INDENT.length).map((part) => `${INDENT}${part}`)),
    ...findings.slice(0, MOST_NAMED).map((finding) => findingText(finding, screen)),
    ...(more > 0 ? [`${INDENT}and ${more} more`] : []),
    "",
  ].join("\n");
}

function findingText(finding: Finding, screen: Screen): string {
  const words = `${nameOf(finding)}: corrected p ${formatP(finding.correctedP)}: ${finding.suspicion}`;
  const lines = wrap(words, Math.max(LEAST_WIDTH, lineWidth(screen) - 2 * INDENT.length));
  return `${INDENT}${painted(deepMark(finding.verdict), screen)}${GAP}${lines.join(`\n${INDENT}${INDENT}`)}`;
}

/** Narrower texts are hard to read. */
const LEAST_WIDTH = 24;

function painted(mark: Mark, { color }: Screen): string {
  return paint(mark.padEnd(MARK_WIDTH), MARK_STYLES[mark], color);
}

export function tailText(report: DeepReport, screen: Screen): string {
  return [
    ...lastTables(report).flatMap((table) => ["", ...textTable(table, screen)]),
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
