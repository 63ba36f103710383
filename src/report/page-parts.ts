/** Parts of pages that show results: pictures with their texts, and tables with a mark in front of each row. */
import { withEntities } from "#kit/format/markup.ts";
import type { Mark, Table } from "./tables.ts";

/** @param svg a picture, as charts.ts draws them @param shape class of the figure */
export function figure(title: string, text: string, svg: string, shape = ""): string {
  const labelled = svg.replace("<svg", `<svg role="img" aria-label="${withEntities(title)}"`);
  return `<figure class="${shape}">${labelled}<figcaption><b>${withEntities(title)}.</b> ${withEntities(text)}</figcaption></figure>`;
}

const MARK_CLASSES: Readonly<Record<Mark, string>> = {
  PASS: "pass",
  WEAK: "weak",
  FAIL: "fail",
  "N/A": "none",
  "–": "none",
};

export function tableHtml({ columns, groups }: Table): string {
  const titles = columns.map(
    (column) =>
      `<th scope="col"${column.align === "right" ? ' class="number"' : ""}>${withEntities(column.title)}</th>`,
  );
  const bodies = groups.map((group) => {
    const heading =
      group.title === undefined
        ? ""
        : `<tr><th></th><th colspan="${columns.length}" scope="rowgroup">${withEntities(group.title)}</th></tr>`;
    const rows = group.rows.map(({ mark, cells }) => {
      const shown = cells.map((cell, i) => {
        const kind = columns[i]?.align === "right" ? "number" : i === columns.length - 1 ? "remark" : "";
        return `<td${kind === "" ? "" : ` class="${kind}"`}>${withEntities(cell)}</td>`;
      });
      return `<tr><td><span class="mark ${MARK_CLASSES[mark]}">${mark}</span></td>${shown.join("")}</tr>`;
    });
    return `<tbody>${heading}${rows.join("\n")}</tbody>`;
  });
  return `<div class="scroll"><table>
<thead><tr><th></th>${titles.join("")}</tr></thead>
${bodies.join("\n")}
</table></div>`;
}
