/** The table of sources: one row each, the selected one marked, as many as fit. */

import { formatAmount, formatFixed } from "#kit/format/numbers.ts";
import type { SourceSnapshot } from "../../pool/snapshot.ts";
import { whyOf } from "../../pool/status.ts";
import type { Region } from "./frame.ts";
import type { Model } from "./model.ts";
import { DIM, PLAIN, type Style, type Tone } from "./style.ts";

/** A source that should deliver is called quiet after this long without samples. */
const QUIET_MS = 5_000;

interface Column {
  readonly title: string;
  readonly columns: number;
  /** Blank columns after it on a narrow screen; always two on a roomy one. */
  readonly gap: number;
  /** Title on a roomy screen, if different. */
  readonly longTitle?: string;
  readonly right?: boolean;
  readonly cell: (source: SourceSnapshot, shown: Shown) => string;
}

/** A source's state as shown: with the user's pauses at once, and with quiet times. */
export interface Shown {
  readonly text: string;
  readonly tone: Tone;
}

const COLUMNS: readonly Column[] = [
  { title: "SOURCE", columns: 21, gap: 1, cell: ({ id }) => id },
  { title: "FAMILY", columns: 10, gap: 1, cell: ({ family }) => family },
  { title: "STATE", columns: 11, gap: 1, cell: (_, { text }) => text },
  {
    title: "SAMP/S",
    longTitle: "SAMPLES/S",
    columns: 6,
    gap: 2,
    right: true,
    cell: ({ samplesPerSecond }) => formatAmount(Math.round(samplesPerSecond)),
  },
  {
    title: "ASSESSED",
    longTitle: "ASSESSED H",
    columns: 8,
    gap: 2,
    right: true,
    cell: ({ assessedH }) => formatFixed(assessedH, 2),
  },
  {
    title: "CREDIT/S",
    longTitle: "CREDITED BITS/S",
    columns: 8,
    gap: 1,
    right: true,
    cell: ({ creditedBitsPerSecond }) => formatAmount(Math.round(creditedBitsPerSecond)),
  },
  {
    title: "FAILS",
    longTitle: "FAILURES",
    columns: 5,
    gap: 2,
    right: true,
    cell: ({ healthFailures, faults }) => formatAmount(healthFailures + faults),
  },
];

const MARGIN = 2;
/** From this width on titles are spelled out, and reasons are shown as far as they fit. */
const ROOMY_COLUMNS = 99;

export function drawSourceTable(region: Region, model: Model): void {
  const { sources } = model.snapshot;
  const roomy = region.width >= ROOMY_COLUMNS;
  const placed = placedColumns(roomy);
  for (const { column, title, x, width } of placed) {
    drawCell(region, x, 0, width, title, column.right === true, DIM);
  }
  const reasonX = MARGIN + placed.reduce((end, { x, width }) => Math.max(end, x + width), 0);
  const rows = region.height - 1;
  sources.slice(model.top, model.top + rows).forEach((source, row) => {
    const selected = model.top + row === model.selected;
    const shown = shownState(model, source);
    const base: Style = { tone: shown.tone === "dim" ? "dim" : "plain", inverse: selected };
    if (selected) region.region({ x: 0, y: row + 1, width: region.width - 1, height: 1 }).clear(base);
    for (const { column, x, width } of placed) {
      const style = column.title === "STATE" && !selected ? { tone: shown.tone } : base;
      drawCell(region, x, row + 1, width, column.cell(source, shown), column.right === true, style);
    }
    const reason = roomy ? (whyOf(source) ?? "") : "";
    region
      .region({ x: reasonX, y: row + 1, width: region.width - 1 - reasonX, height: 1 })
      .text(0, 0, reason, selected ? base : DIM);
  });
  drawScroll(region, model.top, rows, sources.length);
}

export function shownState(model: Model, source: SourceSnapshot): Shown {
  const { state } = source;
  if (model.paused.has(source.id) && state !== "unavailable") return { text: "paused", tone: "dim" };
  const quietMs = model.quietMs.get(source.id) ?? 0;
  if (quietMs >= QUIET_MS) return { text: `quiet ${Math.floor(quietMs / 1000)} s`, tone: "warn" };
  switch (state) {
    case "healthy":
      return { text: state, tone: "good" };
    case "starting":
      return { text: state, tone: "warn" };
    case "failed":
      return { text: state, tone: "bad" };
    default:
      return { text: state, tone: "dim" };
  }
}

interface Placed {
  readonly column: Column;
  readonly title: string;
  readonly x: number;
  readonly width: number;
}

function placedColumns(roomy: boolean): Placed[] {
  let x = 1;
  return COLUMNS.map((column) => {
    const title = (roomy && column.longTitle) || column.title;
    const width = Math.max(column.columns, title.length);
    const placed = { column, title, x, width };
    x += width + (roomy ? 2 : column.gap);
    return placed;
  });
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
