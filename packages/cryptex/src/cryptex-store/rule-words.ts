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
  return searchable(text).toLowerCase().slice(0, MAX_FIELD);
}

export type Field = readonly [field: string, value: string];

/** Lists fields by which rules are told apart: `tag`, `module`, and `meta:KEY`. */
export function fieldsOf({ tags, modules, meta }: FieldFacts): Field[] {
  return [
    ...tags.map((tag): Field => ["tag", fieldValue(tag)]),
    ...modules.map((module): Field => ["module", module]),
    ...meta.map((entry): Field => [`meta:${entry.key}`, fieldValue(metaText(entry))]),
  ];
}

export interface FieldFacts {
  readonly tags: readonly string[];
  readonly modules: readonly string[];
  readonly meta: readonly MetaEntry[];
}

/** Reads a word as `KEY:TEXT`; undefined where it is none. */
export function keyedWord(word: string): { readonly field: string; readonly text: string } | undefined {
  const [, key, text] = /^([A-Za-z_]\w*):(.+)$/s.exec(word) ?? [];
  return key === undefined ? undefined : { field: `meta:${key}`, text: fieldValue(text!) };
}

/** Stands between texts and behind them; a code point that is set aside for such uses (Unicode Standard, §23.7). */
export const SEPARATOR = "\uFDD0";

/** The form in which texts are searched, and words looked for. NUL is the end of a text for SQLite's tokenizer. */
export function searchable(text: string): string {
  return text.toWellFormed().replace(/[\0\uFDD0]/g, "\uFFFD");
}
