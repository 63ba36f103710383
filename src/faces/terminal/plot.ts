/** A chart's frame: a ruled title, labels of both axes, and the plot area between them. */
import { formatAmount } from "#kit/format/numbers.ts";
import { wrap } from "#kit/format/wrap.ts";
import { cells, type Region } from "./frame.ts";
import { DIM, PLAIN } from "./style.ts";

/** Draws a section's title in a thin rule, and a remark at its end if it fits. */
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
  /** Stands in the middle below the plot: the first that fits. */
  readonly middle?: readonly string[];
}

/** Columns of a chart that labels and axis take. */
export const LABEL_COLUMNS = 8;

/** Draws axes and labels. @returns the plot area */
export function drawAxes(region: Region, { top, bottom, left, right, middle = [] }: Axes): Region {
  const plot = { x: LABEL_COLUMNS, y: 0, width: region.width - LABEL_COLUMNS, height: region.height - 1 };
  region.textBefore(LABEL_COLUMNS - 1, 0, top, DIM);
  region.textBefore(LABEL_COLUMNS - 1, plot.height - 1, bottom, DIM);
  for (let y = 0; y < plot.height; y++) region.text(LABEL_COLUMNS - 1, y, "│", DIM);
  region.text(LABEL_COLUMNS - 1, plot.height, `└${"─".repeat(Math.max(0, plot.width))}`, DIM);
  const below = region.region({ x: LABEL_COLUMNS, y: plot.height, width: plot.width, height: 1 });
  if (left !== "") below.text(0, 0, `${left} `, DIM);
  below.textBefore(plot.width, 0, ` ${right}`, DIM);
  const [from, to] = [left.length + 1, plot.width - right.length - 1];
  const fitting = middle.find(({ length }) => length + 2 <= to - from);
  if (fitting !== undefined)
    below.text(Math.floor((from + to - fitting.length) / 2) - 1, 0, ` ${fitting} `, DIM);
  return region.region(plot);
}

/** Says why there is nothing to draw, in the middle. */
export function drawNothing(region: Region, why: string): void {
  const lines = wrap(cells(why), region.width - 2);
  const top = Math.max(0, Math.floor((region.height - lines.length + 1) / 2));
  lines.forEach((line, i) => {
    region.text(Math.floor((region.width - line.length) / 2), top + i, line, DIM);
  });
}

/** Formats a raw sample: in full if that is short, else abbreviated. */
export function sampleLabel(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : formatAmount(value);
}
