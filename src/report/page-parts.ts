/** Parts of pages that show results: facts, conclusions, pictures with their texts, tables with a mark in front of each row. */
import { withEntities } from "#kit/format/markup.ts";
import type { Mark, Table } from "./tables.ts";

export function factsHtml(facts: readonly (readonly [name: string, value: string])[]): string {
  const rows = facts.map(([name, value]) => `<dt>${name}</dt><dd>${withEntities(value)}</dd>`);
  return `<dl>${rows.join("")}</dl>`;
}

/** @param sentences of plain text @param score what stands beside them, as HTML */
export function conclusionHtml(
  verdict: "pass" | "fail" | null,
  sentences: readonly string[],
  score = "",
): string {
  const [kind, words] = { pass: ["pass", "PASS"], fail: ["fail", "FAIL"], none: ["none", "NO VERDICT"] }[
    verdict ?? "none"
  ] as [string, string];
  const paragraphs = sentences.map((sentence) => `<p>${withEntities(sentence)}</p>`).join("");
  return `<div class="conclusion">${score}<div><p><span class="mark ${kind}">${words}</span></p>${paragraphs}</div></div>`;
}

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

export function tableSection(table: Table): string {
  return `<h2>${withEntities(table.title)}</h2>\n${tableHtml(table)}`;
}
