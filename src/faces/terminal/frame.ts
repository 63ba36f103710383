/** One screenful of characters. Cuts off drawing outside it; replaces characters that may not be one cell wide. */
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
const UNSURE = /[^ -~\u2500-\u259f\u2800-\u28ff]/g;
const ASCII: Record<string, string> = {
  "–": "-",
  "—": "-",
  "−": "-",
  "…": "...",
  "×": "x",
  µ: "u",
  "≥": ">=",
};

/** Replaces characters so that each takes one cell. */
export function cells(text: string): string {
  return text.replace(UNSURE, (character) => ASCII[character] ?? "?");
}

export class Frame {
  readonly width: number;
  readonly height: number;
  readonly #characters: string[][];
  readonly #styles: Style[][];

  constructor(width: number, height: number) {
    this.width = Math.max(0, Math.floor(width));
    this.height = Math.max(0, Math.floor(height));
    this.#characters = Array.from({ length: this.height }, () => new Array<string>(this.width).fill(" "));
    this.#styles = Array.from({ length: this.height }, () => new Array<Style>(this.width).fill(PLAIN));
  }

  put(x: number, y: number, character: string, style: Style): void {
    const row = this.#characters[y];
    if (!row || x < 0 || x >= this.width) return;
    row[x] = character;
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
