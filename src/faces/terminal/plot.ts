/** A chart's frame: a ruled title, labels of both axes, and the room between them. */
import { formatAmount } from "#kit/format/numbers.ts";
import type { Region } from "./frame.ts";
import { DIM, PLAIN } from "./style.ts";

/** A section's title in a thin rule, and a remark at its end if there is room. */
export function drawRule(region: Region, title: string, remark = ""): void {
  region.text(0, 0, "─".repeat(region.width), DIM);
  region.text(1, 0, ` ${title} `, PLAIN);
  if (remark !== "" && title.length + remark.length + 8 <= region.width)
    region.textBefore(region.width - 1, 0, ` ${remark} `, DIM);
}

export interface Axes {
  readonly top: string;
  readonly bottom: string;
  readonly left: string;
  readonly right: string;
}

/** What the labels and the line beside them take of a chart's width. */
export const LABEL_COLUMNS = 8;

/** Draws the labels. @returns where the curve goes */
export function drawAxes(region: Region, { top, bottom, left, right }: Axes): Region {
  const plot = { x: LABEL_COLUMNS, y: 0, width: region.width - LABEL_COLUMNS, height: region.height - 1 };
  region.textBefore(LABEL_COLUMNS - 1, 0, top, DIM);
  region.textBefore(LABEL_COLUMNS - 1, plot.height - 1, bottom, DIM);
  for (let y = 0; y < plot.height; y++) region.text(LABEL_COLUMNS - 1, y, "│", DIM);
  region.text(LABEL_COLUMNS - 1, plot.height, `└${"─".repeat(Math.max(0, plot.width))}`, DIM);
  const below = region.region({ x: LABEL_COLUMNS, y: plot.height, width: plot.width, height: 1 });
  if (left !== "") below.text(0, 0, `${left} `, DIM);
  below.textBefore(plot.width, 0, ` ${right}`, DIM);
  return region.region(plot);
}

/** Said where there is nothing to draw. */
export function drawNothing(region: Region, why: string): void {
  region.text(
    Math.max(1, Math.floor((region.width - why.length) / 2)),
    Math.floor(region.height / 2),
    why,
    DIM,
  );
}

/** A raw sample: in full as long as that is short. */
export function sampleLabel(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : formatAmount(value);
}
