/** A report as Markdown (GitHub's tables). */
import { markdownText } from "#kit/format/markup.ts";
import type { Report } from "./report.ts";
import { conclusionOf, factsOf } from "./summary.ts";
import { type Table, tablesOf } from "./tables.ts";

export function reportMarkdown(report: Report): string {
  return [
    "# Randomness report",
    "",
    ...factsOf(report).map(([name, value]) => `- **${name}** ${markdownText(value)}`),
    "",
    ...conclusionOf(report).flatMap((sentence) => [markdownText(sentence), ""]),
    ...tablesOf(report).flatMap((table) => [...tableLines(table), ""]),
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
