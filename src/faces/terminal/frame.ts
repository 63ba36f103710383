/** One screenful of characters. Cuts off drawing outside it; replaces characters that may not be one cell wide. */
import { visible } from "#kit/format/visible.ts";
import { PLAIN, type Style } from "./style.ts";

/** A run of cells that look alike. */
export interface Span {
  readonly x: number;
  readonly text: string;
  readonly style: Style;
}

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** All but printable ASCII, box drawing, blocks and braille, which take one cell each in every terminal. */
const UNSURE = /[^ -~\u2500-\u259f\u2800-\u28ff]/gu;
const ASCII: Record<string, string> = {
  "–": "-",
  "—": "-",
  "−": "-",
  "…": "...",
  "×": "x",
  µ: "u",
  "≥": ">=",
};

/** Replaces characters so that each takes one cell. Those that are obeyed or unseen are written out. */
export function cells(text: string): string {
  return text.replace(UNSURE, (character) => {
    const seen = visible(character);
    return ASCII[character] ?? (seen === character ? "?" : seen);
  });
}

/** Cuts a text off after so many cells, and says so by three dots. */
export function clipped(text: string, columns: number): string {
  const whole = cells(text);
  return whole.length <= columns ? whole : `${whole.slice(0, Math.max(0, columns - 3))}...`;
}

/** Draws a shape, of box drawing, blocks or braille, in ASCII. */
function inAscii(shape: string): string {
  const code = shape.charCodeAt(0);
  if (code < 0x7f) return shape;
  if (code >= 0x2800) return dotsInAscii(code - 0x2800);
  return STROKES[shape] ?? (code >= 0x2580 ? "#" : "+");
}

const STROKES: Record<string, string> = {
  "─": "-",
  "│": "|",
  "┃": "#",
  "▁": "_",
  "▂": "_",
  "▃": ".",
  "▏": ".",
};

/** Dots of a braille cell by their bits: the upper four, the lower four. */
const UPPER = 0x1b;
const LOWER = 0xe4;

function dotsInAscii(dots: number): string {
  if (dots === 0) return " ";
  if (dots === (UPPER | LOWER)) return "#";
  if ((dots & UPPER) === 0) return ".";
  return (dots & LOWER) === 0 ? "'" : ":";
}

export class Frame {
  readonly width: number;
  readonly height: number;
  readonly #characters: string[][];
  readonly #styles: Style[][];

  /** @param unicode false draws with ASCII alone */
  constructor(
    width: number,
    height: number,
    private readonly unicode = true,
  ) {
    this.width = Math.max(0, Math.floor(width));
    this.height = Math.max(0, Math.floor(height));
    this.#characters = Array.from({ length: this.height }, () => new Array<string>(this.width).fill(" "));
    this.#styles = Array.from({ length: this.height }, () => new Array<Style>(this.width).fill(PLAIN));
  }

  put(x: number, y: number, character: string, style: Style): void {
    const row = this.#characters[y];
    if (!row || x < 0 || x >= this.width) return;
    row[x] = this.unicode ? character : inAscii(character);
    this.#styles[y]![x] = style;
  }

  /** Returns the part that a panel draws in. */
  region({ x, y, width, height }: Rectangle): Region {
    return new Region(this, x, y, Math.max(0, width), Math.max(0, height));
  }

  lines(): string[] {
    return this.#characters.map((row) => row.join("").trimEnd());
  }

  spans(y: number): Span[] {
    const spans: Span[] = [];
    const styles = this.#styles[y] ?? [];
    const characters = this.#characters[y] ?? [];
    for (let from = 0; from < styles.length; ) {
      const style = styles[from]!;
      let to = from + 1;
      while (to < styles.length && styles[to] === style) to++;
      spans.push({ x: from, text: characters.slice(from, to).join(""), style });
      from = to;
    }
    return spans;
  }
}

export class Region {
  constructor(
    private readonly frame: Frame,
    private readonly left: number,
    private readonly top: number,
    readonly width: number,
    readonly height: number,
  ) {}

  /** Draws text. @returns the column after it, even if it was cut off */
  text(x: number, y: number, text: string, style: Style = PLAIN): number {
    const characters = cells(text);
    for (let i = 0; i < characters.length; i++) this.put(x + i, y, characters[i]!, style);
    return x + characters.length;
  }

  /** Draws one character, which must take one cell. */
  put(x: number, y: number, character: string, style: Style): void {
    if (x >= 0 && x < this.width && y >= 0 && y < this.height) {
      this.frame.put(this.left + x, this.top + y, character, style);
    }
  }

  /** Draws text that ends at the column before `x`. */
  textBefore(x: number, y: number, text: string, style: Style = PLAIN): void {
    this.text(x - cells(text).length, y, text, style);
  }

  clear(style: Style = PLAIN): void {
    for (let y = 0; y < this.height; y++) this.text(0, y, " ".repeat(this.width), style);
  }

  region({ x, y, width, height }: Rectangle): Region {
    const w = Math.max(0, Math.min(width, this.width - x));
    const h = Math.max(0, Math.min(height, this.height - y));
    return new Region(this.frame, this.left + x, this.top + y, w, h);
  }
}
