/** Forms in which texts of rules are kept, and in which they are looked for. */
import type { MetaEntry } from "../scan-runner/events.ts";

/** A value as text; bytes that are not UTF-8 become U+FFFD. */
export function metaText(entry: MetaEntry): string {
  return "value" in entry ? String(entry.value) : Buffer.from(entry.value_bytes, "base64").toString("utf8");
}

/** Characters by which values of a field are told apart. No tag and hardly a text is longer. */
const MAX_FIELD = 1_000;

/** The form in which values are kept and looked for. */
export function fieldValue(text: string): string {
  return text.toWellFormed().toLowerCase().slice(0, MAX_FIELD);
}

export function withoutNul(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\uFFFD");
}
