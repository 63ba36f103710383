/** Fits text to a terminal. Pipes and files get lines as they are: nothing is left out or broken for them. */
import { stripVTControlCharacters } from "node:util";
import { wrap } from "../format/wrap.ts";

/** The part of Io that decides how text is laid out. */
export interface Screen {
  readonly outIsTerminal: boolean;
  /** Width of the terminal. */
  readonly columns: number;
  readonly color: boolean;
}

/** A pipe or a file. */
export const NO_SCREEN: Screen = { outIsTerminal: false, columns: 0, color: false };

type Width = Pick<Screen, "outIsTerminal" | "columns">;

/** Longest line, characters; Infinity where there is no terminal. */
export function lineWidth({ outIsTerminal, columns }: Width): number {
  return outIsTerminal ? columns : Number.POSITIVE_INFINITY;
}

/** Wraps those lines of a text that are longer than the terminal is wide. Colours take no width. */
export function fitLines(text: string, screen: Width): string {
  const width = lineWidth(screen);
  return text
    .split("\n")
    .map((line) => (stripVTControlCharacters(line).length > width ? wrap(line, width).join("\n") : line))
    .join("\n");
}

/** Width of paragraphs in pipes and files. */
const PARAGRAPH_WIDTH = 120;

/** Sets a paragraph to the terminal's width. */
export function paragraph(text: string, screen: Width): string {
  return wrap(text, Math.min(lineWidth(screen), PARAGRAPH_WIDTH)).join("\n");
}
