/** From what an engine found in a file to a line of the result. */
import type { RuleInfo } from "../../rules/rule-info.ts";
import type { MatchEvent, MatchedString, ShownPath } from "../events.ts";
import { metaEntry } from "./escape.ts";

export interface MatchedFile {
  readonly shown: ShownPath;
  readonly size: number;
  /** Digest of the bytes that were scanned, hex. */
  readonly sha256: string;
  /** As results name it. */
  readonly engine: string;
}

/** Matches of one string of a rule. */
export interface ShownMatches {
  /** Number of the string within the rule. */
  readonly string: number;
  readonly total: number;
  /** Those that the result lists, by offset: offset, length and text of `escapeData`. */
  readonly matches: readonly (readonly [offset: number, length: number, data: string])[];
}

export function matchEvent(file: MatchedFile, rule: RuleInfo, strings: readonly ShownMatches[]): MatchEvent {
  const totals = totalsOfCut(rule, strings);
  return {
    type: "match",
    ...file.shown,
    sha256: file.sha256,
    size: file.size,
    rule: rule.name,
    namespace: rule.namespace,
    tags: rule.tags,
    meta: rule.meta.map(metaEntry),
    strings: matchedStrings(rule, strings),
    ...(totals && { strings_total: totals }),
    engine: file.engine,
  };
}

function matchedStrings(rule: RuleInfo, strings: readonly ShownMatches[]): MatchedString[] {
  const all = strings.flatMap(({ string, matches }) => {
    const { id } = rule.strings[string]!;
    return matches.map(([offset, length, data]) => ({ id, offset, length, data }));
  });
  return all.sort((a, b) =>
    a.id === b.id ? a.offset - b.offset || a.length - b.length : a.id < b.id ? -1 : 1,
  );
}

/** Counts by id, since anonymous strings share theirs. Undefined where nothing is cut. */
function totalsOfCut(rule: RuleInfo, strings: readonly ShownMatches[]): Record<string, number> | undefined {
  const counts = new Map<string, { listed: number; total: number }>();
  for (const { string, total, matches } of strings) {
    const { id } = rule.strings[string]!;
    const before = counts.get(id) ?? { listed: 0, total: 0 };
    counts.set(id, { listed: before.listed + matches.length, total: before.total + total });
  }
  const cut = [...counts]
    .filter(([, { listed, total }]) => listed < total)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return cut.length === 0 ? undefined : Object.fromEntries(cut.map(([id, { total }]) => [id, total]));
}

/** Counts the matches of an event's strings, listed or not. */
export function matchCount({ strings, strings_total = {} }: MatchEvent): number {
  const cut = Object.values(strings_total).reduce((sum, total) => sum + total, 0);
  return cut + strings.filter(({ id }) => !Object.hasOwn(strings_total, id)).length;
}
