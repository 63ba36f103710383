/** Hostile texts in HTML, XML, SVG and Markdown: they never become markup. */
import { visible } from "./visible.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** XML 1.0 has no place for U+FFFE and U+FFFF; other characters that it forbids are controls, which `visible` writes out. */
const NO_XML = /[\uFFFE\uFFFF]/g;

/** Writes signs that would be markup as entities, and leaves all others as they are. */
export function withEntities(words: string): string {
  return words.replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);
}

/** Writes the text of an element or an attribute of HTML, with what would not be seen written out. */
export function htmlText(words: string): string {
  return withEntities(visible(words));
}

/** Writes the same for XML. */
export function xmlText(words: string): string {
  return htmlText(words).replace(NO_XML, (sign) => `\\u{${sign.charCodeAt(0).toString(16).toUpperCase()}}`);
}

/** Signs that Markdown obeys: anywhere in a line, and at its beginning as the mark of a list or a rule (CommonMark 0.31.2). */
const MARKDOWN = /[\\`*_{}[\]<>|#~]|&(?=#?\w+;)|^[-+=](?=\s|[-=\s]*$)|(?<=^\d+)[.)](?=\s|$)/g;

/** Writes a text for a line, or a cell of a table, of Markdown. */
export function markdownText(words: string): string {
  const line = visible(words.replace(/[\r\n]+/g, " ").trim());
  return line.replace(MARKDOWN, (sign) => `\\${sign}`);
}
