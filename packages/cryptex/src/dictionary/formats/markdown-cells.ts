/** Rows and cells of Markdown's tables, as GitHub's specification has them (https://github.github.com/gfm/#tables-extension-). */

/**
 * Splits a row into its cells, without blanks around them. A bar in a code span divides nothing: people who write pseudocode
 * into a cell do not escape it, though the specification wants them to.
 */
export function cellsOf(line: string): string[] {
  const cells: string[] = [];
  let cell = "";
  for (let at = 0; at < line.length; ) {
    const sign = line[at]!;
    const span = sign === "`" ? spanAt(line, at) : undefined;
    const taken = sign === "\\" ? line.slice(at, at + 2) : span ? line.slice(at, span.end) : sign;
    at += taken.length;
    if (taken === "|") {
      cells.push(cell.trim());
      cell = "";
    } else cell += taken;
  }
  cells.push(cell.trim());
  // Bars at both ends are not needed.
  if (cells[0] === "") cells.shift();
  if (cells.length > 1 && cells.at(-1) === "") cells.pop();
  return cells;
}

/** The row below the titles: `| --- | :-: |`. */
export function isDelimiterRow(line: string): boolean {
  return line.includes("-") && cellsOf(line).every((cell) => /^:?-+:?$/.test(cell));
}

interface Span {
  readonly text: string;
  readonly end: number;
}

/** The code span that begins at a backtick: it ends with as many backticks as it began with. Undefined where they are text. */
function spanAt(text: string, start: number): Span | undefined {
  const opening = /^`+/.exec(text.slice(start))![0];
  for (let at = start + opening.length; at < text.length; ) {
    const next = text.indexOf("`", at);
    if (next < 0) return undefined;
    const closing = /^`+/.exec(text.slice(next))![0];
    if (closing.length === opening.length) {
      return { text: text.slice(start + opening.length, next), end: next + closing.length };
    }
    at = next + closing.length;
  }
  return undefined;
}

/** A cell whose code is told from the text around it. */
export interface CodeCell {
  /** Content of the code span that the cell begins with. */
  readonly code: string;
  /** Text behind it. */
  readonly rest: string;
}

/** Takes a cell apart that begins with a code span; undefined for others. */
export function codeCell(cell: string): CodeCell | undefined {
  const span = cell.startsWith("`") ? spanAt(cell, 0) : undefined;
  if (!span) return undefined;
  // In a table an escaped bar is a bar, in code as well; one blank at either end belongs to the backticks.
  const code = span.text.replaceAll("\\|", "|").replace(/^ (.*[^ ].*) $/, "$1");
  return { code, rest: textOf(cell.slice(span.end).trim()) };
}

/** The text of a cell: escapes, entities and line breaks become what they stand for. Other marks stay as they are. */
export function textOf(cell: string): string {
  return cell.replaceAll(/\\([!-/:-@[-`{-~])|<br\s*\/?>|&(#x?)?(\w+);/gi, (all, escaped, number, name) => {
    if (escaped !== undefined) return escaped;
    if (name === undefined) return "\n";
    if (number === undefined) return NAMED[name as string] ?? all;
    const code = number === "#" ? Number.parseInt(name, 10) : Number.parseInt(name, 16);
    const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return isCharacter ? String.fromCodePoint(code) : all;
  });
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: "\u00a0" };

/** The items of a cell with a list: line breaks divide them, and commas where they may. */
export function itemsOf(cell: string, dividesAtCommas: boolean): string[] {
  const divider = dividesAtCommas ? /\\.|`[^`]*`|<br\s*\/?>|,/gi : /\\.|<br\s*\/?>/gi;
  const items: string[] = [];
  let from = 0;
  for (const { 0: sign, index } of cell.matchAll(divider)) {
    if (/^[\\`]/.test(sign)) continue;
    items.push(cell.slice(from, index));
    from = index + sign.length;
  }
  items.push(cell.slice(from));
  return items
    .map((item) => item.trim())
    .filter((item) => item !== "")
    .map((item) => {
      const span = codeCell(item);
      return span && span.rest === "" ? span.code : textOf(item);
    });
}

// ---- Writing ----

/** Signs that mean something in a cell, or would lead out of it. */
const SPECIAL = /[\\|`*_<>&[\]#~!]/g;

/** Writes a text so that `textOf` gives it back, whatever it holds. */
export function cellText(text: string, lineBreak: "<br>" | "&#10;" = "<br>"): string {
  return text
    .replaceAll(SPECIAL, (sign) => `\\${sign}`)
    .replaceAll("\n", lineBreak)
    .replaceAll(/[^\S ]|[\p{Cc}\u2028\u2029]/gu, (sign) => `&#${sign.codePointAt(0)};`)
    .replace(/^ +| +$/g, (blanks) => "&#32;".repeat(blanks.length));
}

/** Writes an item of a list so that `itemsOf` gives it back. */
export function cellItem(item: string): string {
  return isPlainCode(item) ? `\`${item}\`` : cellText(item, "&#10;").replaceAll(",", "\\,");
}

/** Writes a name as code where that says the same, else as text. */
export function cellCode(text: string): string {
  return isPlainCode(text) ? `\`${text}\`` : cellText(text);
}

/** Text without a sign that means anything in code spans or rows. */
function isPlainCode(text: string): boolean {
  return /^[\w.:/()<>~=+*&, @-]*\w[\w.:/()<>~=+*&, @-]*$/.test(text) && text.trim() === text;
}
