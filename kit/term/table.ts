/**
 * Tables of text. On a terminal a table fits its width: texts wrap, then columns are left out, and numbers are never
 * broken. Pipes and files get all columns, one line a row, however wide.
 * Width is counted in characters; cells hold no control codes.
 */
import { wrap } from "../format/wrap.ts";
import { lineWidth, NO_SCREEN, type Screen } from "./screen.ts";
import { paint, type Style } from "./style.ts";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Leaves the column out if all its cells are empty. */
  readonly optional?: boolean;
  /**
   * May wrap at spaces where room is scarce: inside its column, or also in lines of its own below the row, where less than
   * NOTE_WIDTH would be left beside it. One column of a table may go below.
   */
  readonly wraps?: "inside" | "below";
  /** Order in which columns are left out where room is scarce: 1 goes first. Without it the column always stays. */
  readonly leaves?: number;
}

export type Cell = string | { readonly text: string; readonly style: Style | undefined };

export type Row = readonly Cell[];

const GAP = "  ";
/** Narrower than this, a note is hard to read. */
const NOTE_WIDTH = 24;
const NOTE_INDENT = "    ";

/** Lays out rows under a header. No line ends with blanks, and the last one without a line break. */
export function table(columns: readonly Column[], rows: readonly Row[], screen = NO_SCREEN): string {
  const { header, lines } = tableLines(columns, rows, screen);
  return [header, ...lines].join("\n");
}

/** Lays out a table in parts, to put headings between its rows. @returns the header, and a text of one or more lines for each row */
export function tableLines(
  columns: readonly Column[],
  rows: readonly Row[],
  screen = NO_SCREEN,
): { readonly header: string; readonly lines: readonly string[] } {
  const measured = columns
    .map((column, i) => measure(column, rows, i))
    .filter(({ column, longest }) => !column.optional || longest > 0);
  const { placed, note } = fit(measured, lineWidth(screen));
  const titles = placed.map(({ column, width }) => ({ column, width, lines: [column.title], style: DIM }));
  const lines = rows.map((row) => {
    const cells = placed.map(({ column, width, index }) => {
      const { text, style } = parts(row[index]);
      return { column, width, style, lines: text.length > width ? wrap(text, width) : [text] };
    });
    return [...drawn(cells, screen.color), ...(note ? below(note, row, screen) : [])].join("\n");
  });
  return { header: drawn(titles, screen.color).join("\n"), lines };
}

const DIM: Style = "dim";

interface Measured {
  readonly column: Column;
  /** Index of its cell in a row. */
  readonly index: number;
  /** Length of the longest cell. */
  readonly longest: number;
  /** Width that holds title and all cells in one line each. */
  readonly natural: number;
  /** Width below which it is left out or goes below: no word is broken. */
  readonly least: number;
}

interface Placed extends Measured {
  readonly width: number;
}

function measure(column: Column, rows: readonly Row[], index: number): Measured {
  const texts = rows.map((row) => parts(row[index]).text);
  const longest = longestOf(texts);
  const natural = Math.max(column.title.length, longest);
  const unbroken = column.wraps ? texts.flatMap((text) => text.split(" ")) : texts;
  const readable = column.wraps === "below" ? Math.min(natural, NOTE_WIDTH) : 0;
  const least = Math.max(column.title.length, longestOf(unbroken), readable);
  return { column, index, longest, natural, least };
}

function longestOf(texts: readonly string[]): number {
  return texts.reduce((most, { length }) => Math.max(most, length), 0);
}

/** Leaves out columns until the others fit, or only those are left that must stay. */
function fit(columns: readonly Measured[], width: number): { placed: Placed[]; note?: Measured } {
  const besideAll = place(columns, width);
  if (besideAll) return { placed: besideAll };
  const note = columns.find(({ column }) => column.wraps === "below");
  const others = columns.filter((column) => column !== note);
  const leaving = columns
    .filter(({ column }) => column.leaves !== undefined)
    .sort((a, b) => a.column.leaves! - b.column.leaves!)[0];
  const placed = place(others, width) ?? (leaving ? undefined : others.map(atLeast));
  if (placed) return { placed, ...(note && { note }) };
  return fit(
    columns.filter((column) => column !== leaving),
    width,
  );
}

/** Gives each column its least width, and the rest to wrapping columns from left to right. Undefined if they do not fit. */
function place(columns: readonly Measured[], width: number): Placed[] | undefined {
  const gaps = GAP.length * Math.max(0, columns.length - 1);
  let left = width - gaps - columns.reduce((sum, { least }) => sum + least, 0);
  if (left < 0) return undefined;
  return columns.map((column) => {
    const more = Math.min(left, column.natural - column.least);
    left -= more;
    return { ...column, width: column.least + more };
  });
}

function atLeast(column: Measured): Placed {
  return { ...column, width: column.least };
}

interface Drawable {
  readonly column: Column;
  readonly width: number;
  readonly lines: readonly string[];
  readonly style: Style | undefined;
}

/** Draws a row: as many lines as its highest cell has. */
function drawn(cells: readonly Drawable[], color: boolean): string[] {
  const height = Math.max(...cells.map(({ lines }) => lines.length));
  return Array.from({ length: height }, (_, y) => {
    let line = "";
    let blanks = 0;
    for (const { column, width, lines, style } of cells) {
      const text = lines[y]?.trimEnd() ?? "";
      const before = column.align === "right" ? width - text.length : 0;
      if (text !== "") {
        line += " ".repeat(blanks + before) + paint(text, style, color);
        blanks = 0;
      }
      blanks += width - (text === "" ? 0 : before + text.length) + GAP.length;
    }
    return line;
  });
}

/** Lines below the row, for the column that does not fit beside it. */
function below({ column, index }: Measured, row: Row, screen: Screen): string[] {
  const { text, style } = parts(row[index]);
  if (text === "") return [];
  const width = Math.max(1, screen.columns - NOTE_INDENT.length);
  return wrap(`${column.title.toLowerCase()}: ${text}`, width).map(
    (line) => NOTE_INDENT + paint(line, style ?? DIM, screen.color),
  );
}

function parts(cell: Cell | undefined): { text: string; style: Style | undefined } {
  return typeof cell === "object" ? cell : { text: cell ?? "", style: undefined };
}
