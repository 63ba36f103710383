/** Places the panels on a screen of a given size; mouse presses are located by it, too. */
import type { Rectangle } from "./frame.ts";
import { type Model, WIDE_COLUMNS } from "./model.ts";

export const LEAST_COLUMNS = 80;
export const LEAST_ROWS = 24;

export interface Layout {
  readonly header: Rectangle;
  /** Its first row holds the headings. */
  readonly table: Rectangle;
  readonly physics: Rectangle | undefined;
  readonly credit: Rectangle | undefined;
  readonly trace: Rectangle | undefined;
  readonly output: Rectangle;
  readonly footer: Rectangle;
}

const HEADER_ROWS = 3;
const OUTPUT_ROWS = 4;
const FOOTER_ROWS = 1;
const GAP = 2;
/** A chart with its title and its axis. */
const LEAST_CHART_ROWS = 8;
/** Three panels in a column: two charts, and as many rows as the physics of most sources takes there. */
const LEAST_SIDE_ROWS = 28;
/** Lines of text longer than this are hard to read, and rows beyond these stay empty. */
const MAX_SIDE_COLUMNS = 72;
const MAX_PHYSICS_ROWS = 20;

/** Returns undefined if the screen is too small. */
export function layoutOf(model: Pick<Model, "width" | "height" | "info" | "snapshot">): Layout | undefined {
  const { width, height } = model;
  if (width < LEAST_COLUMNS || height < LEAST_ROWS) return undefined;
  const body: Rectangle = {
    x: 0,
    y: HEADER_ROWS,
    width,
    height: height - HEADER_ROWS - FOOTER_ROWS,
  };
  const tableRows = 1 + Math.max(1, model.snapshot.sources.length);
  const charts = body.height - OUTPUT_ROWS - LEAST_CHART_ROWS;
  const isTall = width >= WIDE_COLUMNS && body.height - OUTPUT_ROWS >= LEAST_SIDE_ROWS && tableRows > charts;
  return {
    header: { x: 0, y: 0, width, height: HEADER_ROWS },
    ...(isTall
      ? besideTheTable(body, tableRows, model.info)
      : belowTheTable(body, Math.min(tableRows, charts), model.info)),
    footer: { x: 0, y: height - FOOTER_ROWS, width, height: FOOTER_ROWS },
  };
}

type Panels = Omit<Layout, "header" | "footer">;

/** All panels in a column beside the table, which takes the whole height for a long list. */
function besideTheTable(body: Rectangle, tableRows: number, info: boolean): Panels {
  const [left, side] = columns(body);
  const chartRows = Math.max(LEAST_CHART_ROWS, Math.floor(0.3 * side.height));
  const physicsRows = info ? Math.min(MAX_PHYSICS_ROWS, side.height - 2 * chartRows) : 0;
  const [physics, charts] = split(side, physicsRows);
  const [credit, trace] = split(charts, Math.floor(0.4 * charts.height));
  const [list, output] = split(left, left.height - OUTPUT_ROWS);
  const table = { ...list, height: Math.min(list.height, tableRows) };
  return { table, physics: info ? physics : undefined, credit, trace, output };
}

/** Charts below the table; the physics beside it, with the credit below that if it fits, or in the charts' place on a narrow screen. */
function belowTheTable(body: Rectangle, tableRows: number, info: boolean): Panels {
  const [upper, output] = split(body, body.height - OUTPUT_ROWS);
  const [table, middle] = split(upper, tableRows);
  const half = Math.floor((middle.width - GAP) / 2);
  const credit = { ...middle, width: half };
  const trace = { ...middle, x: half + GAP, width: middle.width - half - GAP };
  if (!info) return { table, physics: undefined, credit, trace, output };
  if (body.width < WIDE_COLUMNS) {
    return { table, physics: middle, credit: undefined, trace: undefined, output };
  }
  const [left, side] = columns(table);
  if (side.height < MAX_PHYSICS_ROWS + LEAST_CHART_ROWS)
    return { table: left, physics: side, credit, trace, output };
  const [physics, below] = split(side, MAX_PHYSICS_ROWS);
  return { table: left, physics, credit: below, trace: middle, output };
}

function columns(whole: Rectangle): [left: Rectangle, side: Rectangle] {
  const width = Math.min(
    MAX_SIDE_COLUMNS,
    Math.max(WIDE_COLUMNS - LEAST_COLUMNS - GAP, Math.floor(0.3 * whole.width)),
  );
  const left = whole.width - width - GAP;
  return [
    { ...whole, width: left },
    { ...whole, x: left + GAP, width },
  ];
}

function split(whole: Rectangle, rows: number): [upper: Rectangle, lower: Rectangle] {
  return [
    { ...whole, height: rows },
    { ...whole, y: whole.y + rows, height: whole.height - rows },
  ];
}
