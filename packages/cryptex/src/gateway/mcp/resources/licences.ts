/** Licences of rules, as far as their metadata say. Nobody else says it for a single rule, so that most are not known. */

/** Names of metadata in which authors write it, in both spellings. */
const LICENCE_KEY = /^licen[cs]e$/i;

/** A licence is a name or an address of one. */
const MOST_CHARS = 100;
const MOST_NAMED = 20;

export interface WithMeta {
  readonly meta: readonly { readonly key: string; readonly value?: unknown }[];
}

export const UNKNOWN_LICENCE = "unknown";

/** Says under which licences some rules are, and that others say nothing. */
export function licenceOf(rules: Iterable<WithMeta>): string {
  const counts = new Map<string, number>();
  for (const { meta } of rules) {
    const named = meta.find(
      ({ key, value }) => LICENCE_KEY.test(key) && typeof value === "string" && value.trim() !== "",
    );
    const licence =
      named === undefined ? UNKNOWN_LICENCE : String(named.value).trim().slice(0, MOST_CHARS).toWellFormed();
    counts.set(licence, (counts.get(licence) ?? 0) + 1);
  }
  const found = [...counts].sort(([, a], [, b]) => b - a);
  if (found.length === 0) return UNKNOWN_LICENCE;
  if (found.length === 1) return found[0]![0];
  const named = found.slice(0, MOST_NAMED).map(([licence, rulesOf]) => `${licence} (${rulesOf})`);
  const more = found.length - named.length;
  return `${named.join(", ")}${more > 0 ? ` and ${more} others` : ""}`;
}
