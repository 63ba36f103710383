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
/** Lines of text longer than this are hard to read. */
const MAX_PHYSICS_COLUMNS = 72;

/** Returns undefined if the screen is too small. */
export function layoutOf(model: Pick<Model, "width" | "height" | "info" | "snapshot">): Layout | undefined {
  const { width, height } = model;
  if (width < LEAST_COLUMNS || height < LEAST_ROWS) return undefined;
  const free = height - HEADER_ROWS - OUTPUT_ROWS - FOOTER_ROWS;
  const tableRows = 1 + Math.min(model.snapshot.sources.length, Math.floor(free / 2) - 1);
  const middleRows = free - tableRows;
  const y = {
    table: HEADER_ROWS,
    middle: HEADER_ROWS + tableRows,
    output: height - OUTPUT_ROWS - FOOTER_ROWS,
  };
  const beside = model.info && width >= WIDE_COLUMNS;
  const physicsColumns = beside ? Math.min(MAX_PHYSICS_COLUMNS, width - LEAST_COLUMNS - GAP) : 0;
  const tableColumns = beside ? width - physicsColumns - GAP : width;
  const middle: Rectangle = { x: 0, y: y.middle, width, height: middleRows };
  const covered = model.info && !beside;
  const left = Math.floor((width - GAP) / 2);
  return {
    header: { x: 0, y: 0, width, height: HEADER_ROWS },
    table: { x: 0, y: y.table, width: tableColumns, height: tableRows },
    physics: beside
      ? { x: tableColumns + GAP, y: y.table, width: physicsColumns, height: tableRows }
      : covered
        ? middle
        : undefined,
    credit: covered ? undefined : { ...middle, width: left },
    trace: covered ? undefined : { ...middle, x: left + GAP, width: width - left - GAP },
    output: { x: 0, y: y.output, width, height: OUTPUT_ROWS },
    footer: { x: 0, y: height - FOOTER_ROWS, width, height: FOOTER_ROWS },
  };
}
