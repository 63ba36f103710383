/** Hostile texts in XML and SVG: they never become markup. */
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

/** Writes the text of an element or an attribute. */
export function xmlText(words: string): string {
  const safe = visible(words).replace(
    NO_XML,
    (sign) => `\\u{${sign.charCodeAt(0).toString(16).toUpperCase()}}`,
  );
  return safe.replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);
}
