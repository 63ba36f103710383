/** A report as Markdown (GitHub's tables). */
import { markdownText } from "#kit/format/markup.ts";
import type { Report } from "./report.ts";
import { conclusionOf, factsOf } from "./summary.ts";
import { type Table, tablesOf } from "./tables.ts";

export function reportMarkdown(report: Report): string {
  return markdownPage({
    facts: factsOf(report),
    conclusion: conclusionOf(report),
    tables: tablesOf(report),
  });
}

/** A report in words and tables. */
export interface WordedReport {
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Sentences. */
  readonly conclusion: readonly string[];
  readonly tables: readonly Table[];
}

export function markdownPage({ facts, conclusion, tables }: WordedReport): string {
  return [
    "# Randomness report",
    "",
    ...facts.map(([name, value]) => `- **${name}** ${markdownText(value)}`),
    "",
    ...conclusion.flatMap((sentence) => [markdownText(sentence), ""]),
    ...tables.flatMap((table) => [...tableLines(table), ""]),
  ].join("\n");
}

function tableLines({ title, columns, groups }: Table): string[] {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const grouped = groups.some((group) => group.title !== undefined);
  const titles = [...(grouped ? ["Group"] : []), ...columns.map((column) => column.title)];
  return [
    `## ${title}`,
    "",
    row(["", ...titles]),
    row([
      "---",
      ...(grouped ? ["---"] : []),
      ...columns.map((column) => (column.align === "right" ? "---:" : "---")),
    ]),
    ...groups.flatMap((group) =>
      group.rows.map(({ mark, cells }) =>
        row([mark, ...(grouped ? [group.title ?? ""] : []), ...cells.map(markdownText)]),
      ),
    ),
  ];
}
