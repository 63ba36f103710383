/** The output of `bench`. */
import type { Io } from "#kit/term/io.ts";
import { table } from "#kit/term/table.ts";
import { formatCount } from "#kit/term/units.ts";
import { bar, glyphsFor } from "#kit/term/widgets.ts";
import type { Dependence, SourceFigures } from "../recording/side-by-side.ts";

export const SORTS = ["rate", "assessed", "credited"] as const;
export type Sort = (typeof SORTS)[number];

/** The figure that rows are sorted by and that bars show. */
export function keyOf(row: SourceFigures, sort: Sort): number {
  switch (sort) {
    case "rate":
      return row.rateHz;
    case "assessed":
      return row.assessedH ?? -1;
    case "credited":
      return row.creditedBitsPerSecond;
  }
}

export function benchJson(
  sources: readonly SourceFigures[],
  sort: Sort,
  correlation: Dependence | undefined,
): string {
  const result = { schema: 1, sort, sources, ...(correlation && { correlation }) };
  return `${JSON.stringify(result, null, 2)}\n`;
}

const MOST_BAR_WIDTH = 20;

export function benchText(
  rows: readonly SourceFigures[],
  sort: Sort,
  dependence: Dependence | undefined,
  io: Pick<Io, "columns" | "unicode">,
): string {
  const barWidth = Math.min(MOST_BAR_WIDTH, Math.floor(io.columns / 4));
  const right = { align: "right" as const };
  const most = Math.max(...rows.map((row) => keyOf(row, sort)));
  const bits = (h: number | null) => (h === null ? "–" : h.toFixed(3));
  const columns = [
    { title: "SOURCE" },
    { title: "SAMPLES", ...right },
    { title: "RATE/S", ...right },
    { title: "BITS", ...right },
    { title: "CLAIMED H", ...right },
    { title: "MCV H", ...right },
    { title: "ASSESSED H", ...right },
    { title: "CREDITED BITS/S", ...right },
    { title: sort.toUpperCase().padEnd(barWidth) },
    { title: rows.some((row) => row.reason !== undefined) ? "REMARK" : "" },
  ];
  const cells = rows.map((row) => [
    row.id,
    formatCount(row.samples),
    formatCount(row.rateHz),
    String(row.symbolBits),
    String(row.claimedH),
    bits(row.mcvH),
    bits(row.assessedH),
    formatCount(row.creditedBitsPerSecond),
    most > 0 ? bar(keyOf(row, sort) / most, barWidth, glyphsFor(io)) : "",
    row.reason ?? "",
  ]);
  return [
    table(columns, cells),
    "",
    "H in bits per symbol: MCV and assessed (lowest estimate) after SP 800-90B §6.3, rough for so few symbols;",
    "credited: rate × min(claimed, assessed), each source for itself; the pool pays a family once",
    ...(dependence ? ["", dependenceText(dependence)] : []),
    "",
  ].join("\n");
}

/** Two triangles in one table: correlation below the diagonal, information above. */
function dependenceText({ ids, symbols, pearson, pearsonP, sharedInformation }: Dependence): string {
  if (ids.length < 2) {
    return "correlation: fewer than two sources delivered all symbols; --seconds gives them more time";
  }
  const level = 0.01 / ((ids.length * (ids.length - 1)) / 2);
  const cell = (i: number, j: number) => {
    if (i === j) return "· ";
    return i > j
      ? `${pearson[i]![j]!.toFixed(3)}${pearsonP[i]![j]! < level ? "*" : " "}`
      : `${sharedInformation[i]![j]!.toFixed(3)} `;
  };
  const right = { align: "right" as const };
  const columns = [
    { title: "", ...right },
    { title: "SOURCE" },
    ...ids.map((_, j) => ({ title: `${j + 1} `, ...right })),
  ];
  return [
    table(
      columns,
      ids.map((id, i) => [`${i + 1}`, id, ...ids.map((_, j) => cell(i, j))]),
    ),
    "",
    `below the diagonal: Pearson's correlation of ${symbols} symbols each, index by index; above: shared information, bits;`,
    "* further from 0 than chance at 1 % for the whole table, if each source's own symbols are independent. They were recorded",
    "one source after the other: this shows common drifts and periods, not what they share at the same time (docs/REPORT.md)",
  ].join("\n");
}
