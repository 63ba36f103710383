/** A report as Markdown (GitHub's tables). */
import type { Report } from "./report.ts";
import { conclusionOf, factsOf } from "./summary.ts";
import { type Table, tablesOf } from "./tables.ts";

export function reportMarkdown(report: Report): string {
  return [
    "# Randomness report",
    "",
    ...factsOf(report).map(([name, value]) => `- **${name}** ${escaped(value)}`),
    "",
    ...conclusionOf(report).flatMap((sentence) => [escaped(sentence), ""]),
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
        row([mark, ...(grouped ? [group.title ?? ""] : []), ...cells.map(escaped)]),
      ),
    ),
  ];
}

/** Escapes markup, since file names may hold anything. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]<>|#~]/g, (sign) => `\\${sign}`).replace(/[\r\n]+/g, " ");
}
