/** How sources depend on each other, as `bench --correlation` shows it. */
import { lineWidth, paragraph, type Screen } from "#kit/term/screen.ts";
import { type Column, table } from "#kit/term/table.ts";
import type { Dependence } from "../recording/side-by-side.ts";

/** Width of a figure like `-0.123*` and of the gap before it. */
const FIGURE_WIDTH = 9;

/** Two triangles in one table: correlation below the diagonal, information above. */
export function dependenceText(dependence: Dependence, screen: Screen): string {
  const { ids, symbols, pearson, pearsonP, sharedInformation } = dependence;
  if (ids.length < 2) {
    return paragraph(
      "correlation: fewer than two sources delivered all symbols; --seconds gives them more time",
      screen,
    );
  }
  // Bonferroni: 1 % for all pairs together.
  const level = 0.01 / ((ids.length * (ids.length - 1)) / 2);
  const figure = (i: number, j: number) => {
    if (i === j) return "· ";
    return i > j
      ? `${pearson[i]![j]!.toFixed(3)}${pearsonP[i]![j]! < level ? "*" : " "}`
      : `${sharedInformation[i]![j]!.toFixed(3)} `;
  };
  const numbers = ids.map((_, j) => j);
  const part = (js: readonly number[]) => {
    const columns: Column[] = [
      { title: "", align: "right" },
      { title: "SOURCE" },
      ...js.map((j): Column => ({ title: `${j + 1} `, align: "right" })),
    ];
    const rows = ids.map((id, i) => [`${i + 1}`, id, ...js.map((j) => figure(i, j))]);
    return table(columns, rows, screen);
  };
  const idWidth = Math.max(...ids.map((id) => id.length)) + String(ids.length).length + 2;
  const perPart = Math.max(1, Math.floor((lineWidth(screen) - idWidth) / FIGURE_WIDTH));
  return [
    partsOf(numbers, perPart).map(part).join("\n\n"),
    "",
    paragraph(
      `below the diagonal: Pearson's correlation of ${symbols} symbols each, index by index; above: shared information, bits; * further from 0 than chance at 1 % for the whole table, if each source's own symbols are independent. The sources were recorded one after the other: this shows common drifts and periods, not what they share at the same time (docs/REPORT.md)`,
      screen,
    ),
  ].join("\n");
}

function partsOf(numbers: readonly number[], most: number): number[][] {
  const parts: number[][] = [];
  for (let from = 0; from < numbers.length; from += most) parts.push(numbers.slice(from, from + most));
  return parts;
}
