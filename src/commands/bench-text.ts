/** The output of `bench`. */
import { formatAmount, formatFixed } from "#kit/format/numbers.ts";
import type { Io } from "#kit/term/io.ts";
import { paragraph } from "#kit/term/screen.ts";
import { type Column, table } from "#kit/term/table.ts";
import { bar, glyphsFor } from "#kit/term/widgets.ts";
import type { Dependence, SourceFigures } from "../recording/side-by-side.ts";
import { dependenceText } from "./dependence-text.ts";

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

const MAX_BAR_WIDTH = 20;

export function benchText(
  rows: readonly SourceFigures[],
  sort: Sort,
  dependence: Dependence | undefined,
  io: Io,
): string {
  const barWidth = Math.min(MAX_BAR_WIDTH, Math.floor(io.columns / 4));
  const most = Math.max(...rows.map((row) => keyOf(row, sort)));
  const columns: Column[] = [
    { title: "SOURCE" },
    { title: "SAMPLES", align: "right", leaves: 2 },
    { title: "RATE/S", align: "right", leaves: 5 },
    { title: "BITS", align: "right", leaves: 3 },
    { title: "CLAIMED H", align: "right", leaves: 6 },
    { title: "MCV H", align: "right", leaves: 4 },
    { title: "ASSESSED H", align: "right" },
    { title: "CREDITED BITS/S", align: "right" },
    { title: sort.toUpperCase().padEnd(barWidth), leaves: 1 },
    { title: "REMARK", optional: true, wraps: "below" },
  ];
  const cells = rows.map((row) => {
    const texts = [
      row.id,
      formatAmount(row.samples),
      formatAmount(row.rateHz),
      String(row.symbolBits),
      String(row.claimedH),
      formatFixed(row.mcvH, 3),
      formatFixed(row.assessedH, 3),
      formatAmount(row.creditedBitsPerSecond),
      most > 0 ? bar(keyOf(row, sort) / most, barWidth, glyphsFor(io)) : "",
      row.reason ?? "",
    ];
    return row.samples > 0 ? texts : texts.map((text) => ({ text, style: "dim" as const }));
  });
  return [
    table(columns, cells, io),
    "",
    paragraph(
      "H in bits per symbol: MCV and assessed (lowest estimate) after SP 800-90B §6.3, rough for so few symbols;",
      io,
    ),
    paragraph("credited: rate × min(claimed, ½ assessed), each source for itself", io),
    ...(dependence ? ["", dependenceText(dependence, io)] : []),
    "",
  ].join("\n");
}
