/** A drawing of braille dots, two by four in a cell (Unicode 2800–28FF). */
import type { Region } from "./frame.ts";
import type { Style } from "./style.ts";

const BLANK = 0x2800;
/** Bit of each dot, by row and column of its cell. */
const BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

export class Dots {
  readonly width: number;
  readonly height: number;
  readonly #cells: Uint8Array;

  constructor(
    private readonly columns: number,
    private readonly rows: number,
  ) {
    this.width = 2 * columns;
    this.height = 4 * rows;
    this.#cells = new Uint8Array(columns * rows);
  }

  /** Sets a dot; (0, 0) is the top left one. Ignores dots outside. */
  set(x: number, y: number): void {
    if (!(x >= 0 && x < this.width && y >= 0 && y < this.height)) return;
    this.#cells[(y >> 2) * this.columns + (x >> 1)]! |= BITS[y & 3]![x & 1]!;
  }

  /** Draws a vertical stroke; its ends may come in any order and lie outside. */
  stroke(x: number, from: number, to: number): void {
    const first = Math.max(0, Math.min(from, to));
    const last = Math.min(this.height - 1, Math.max(from, to));
    for (let y = first; y <= last; y++) this.set(x, y);
  }

  draw(region: Region, x: number, y: number, style: Style): void {
    for (let row = 0; row < this.rows; row++) {
      for (let column = 0; column < this.columns; column++) {
        const bits = this.#cells[row * this.columns + column]!;
        if (bits !== 0) region.put(x + column, y + row, String.fromCharCode(BLANK + bits), style);
      }
    }
  }
}
