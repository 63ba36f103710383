import { whyOf } from "../../pool/status.ts";
import { type PlacedColumn, placedColumns } from "./columns.ts";
import { clipped, type Region } from "./frame.ts";
import type { Model } from "./model.ts";
import { drawNothing } from "./plot.ts";
import { type Row, rowsOf } from "./rows.ts";
import { DIM, KEY, PLAIN, type Style } from "./style.ts";

/** A reason has a column of its own if at least so many columns are left for it. */
const LEAST_REASON_COLUMNS = 16;

export function drawSourceTable(region: Region, model: Model): void {
  const placed = placedColumns(region.width);
  const rows = rowsOf(model);
  const end = placed.reduce((most, { x, width }) => Math.max(most, x + width), 0) + 2;
  const own = { x: end, width: region.width - 1 - end };
  const reason = own.width >= LEAST_REASON_COLUMNS ? own : undefined;
  drawTitles(region, placed, model);
  if (reason) region.text(reason.x, 0, "REASON", DIM);
  const count = region.height - 1;
  rows.slice(model.top, model.top + count).forEach((row, i) => {
    drawRow(region, i + 1, row, placed, reason, row.source.id === model.selected);
  });
  if (rows.length === 0 && model.filter !== "") {
    drawNothing(
      region.region({ x: 0, y: 1, width: region.width, height: 1 }),
      "no source matches the filter; esc clears it",
    );
  }
  drawScroll(region, model.top, count, rows.length);
}

/** Draws titles; that of the column that sorts the table has the direction before or after it, on its free side. */
function drawTitles(region: Region, placed: readonly PlacedColumn[], { order }: Model): void {
  for (const { key, column, title, x, width } of placed) {
    if (key !== order?.key) {
      drawCell(region, x, 0, width, title, column.right === true, DIM);
      continue;
    }
    const mark = (column.isText === true) === order.reversed ? "v" : "^";
    if (column.right) region.textBefore(x + width, 0, `${mark}${title}`, KEY);
    else region.text(x, 0, `${title} ${mark}`, KEY);
  }
}

interface Place {
  readonly x: number;
  readonly width: number;
}

function drawRow(
  region: Region,
  y: number,
  { source, state }: Row,
  placed: readonly PlacedColumn[],
  ownPlace: Place | undefined,
  selected: boolean,
): void {
  const base: Style = { tone: state.tone === "dim" ? "dim" : "plain", inverse: selected };
  if (selected) region.region({ x: 0, y, width: region.width - 1, height: 1 }).clear(base);
  const hasNoRates = source.reason !== undefined;
  const place = ownPlace ?? (hasNoRates ? placeOfRates(placed) : undefined);
  for (const { key, column, x, width } of placed) {
    if (column.isRate && hasNoRates && !ownPlace) continue;
    const style = key === "state" && !selected ? { tone: state.tone } : base;
    drawCell(region, x, y, width, column.cell(source, state), column.right === true, style);
  }
  if (place) region.text(place.x, y, clipped(whyOf(source) ?? "", place.width), selected ? base : DIM);
}

/** The place of the columns with rates, which a source that has failed does without. */
function placeOfRates(placed: readonly PlacedColumn[]): Place {
  const rates = placed.filter(({ column }) => column.isRate);
  const x = rates[0]!.x;
  return { x, width: rates.at(-1)!.x + rates.at(-1)!.width - x };
}

function drawCell(
  region: Region,
  x: number,
  y: number,
  width: number,
  text: string,
  right: boolean,
  style: Style,
): void {
  const cell = region.region({ x, y, width, height: 1 });
  if (right) cell.textBefore(width, 0, text, style);
  else cell.text(0, 0, text, style);
}

/** Draws a scroll bar at the right edge if not all rows fit. */
function drawScroll(region: Region, top: number, rows: number, count: number): void {
  if (count <= rows || rows <= 0) return;
  const length = Math.max(1, Math.round((rows * rows) / count));
  const from = Math.round((top / (count - rows)) * (rows - length));
  for (let row = 0; row < rows; row++) {
    const thumb = row >= from && row < from + length;
    region.text(region.width - 1, row + 1, thumb ? "┃" : "│", thumb ? PLAIN : DIM);
  }
}
